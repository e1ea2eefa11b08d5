"""The lab's schema, as every peer needs it."""

HOME = ["RENT", "OWN", "MORTGAGE", "OTHER"]
INTENT = ["PERSONAL", "EDUCATION", "MEDICAL", "VENTURE", "HOMEIMPROVEMENT", "DEBTCONSOLIDATION"]
PREVIOUS = ["Yes", "No"]
CATEGORICAL = {
    "person_home_ownership": HOME,
    "loan_intent": INTENT,
    "previous_loan_defaults_on_file": PREVIOUS,
}
NUMERIC = ["person_income", "loan_amnt", "loan_int_rate", "loan_percent_income"]
LABEL = "label"
