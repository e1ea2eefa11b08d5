import math
import struct

# >>> the model
# <<< the model


def decision_function(application):
    """One score for two classes, above 0 for the second; else a list of one a class."""
    scores = _scores(application)
    return scores[0] if len(scores) == 1 else scores


def predict(application):
    """The class of one application, a dict of its raw fields. Other keys are ignored."""
    return CLASSES[_class_of(_scores(application))]


def predict_proba(application):
    """The probability of each class, in the order of CLASSES."""
    return _probabilities(_scores(application))


def _scores(application):
    # One product after the other, in the order of the columns: the sum of the engine, to the bit.
    scores = [0.0] * len(INTERCEPT)
    for column, value in _features(application):
        for row, weight in enumerate(COEF.get(column, ())):
            scores[row] += weight * value
    return [score + intercept - THRESHOLD for score, intercept in zip(scores, INTERCEPT)]


def _features(application):
    """The columns that are not zero, and their values."""
    words = [_word(application, *field) for field in WORDS]
    numbers = [_number(application, name, missing) for name, missing, _, _, _ in NUMBERS]
    scaled = [
        0.0 if math.isnan(number) else (number - mean) / scale
        for number, (_, _, mean, scale, _) in zip(numbers, NUMBERS)
    ]
    for start, column in words:
        if column is not None:
            yield start + column, 1.0
    for (_, _, _, _, column), value in zip(NUMBERS, scaled):
        yield column, _rounded(value)
    for number, column in MISSING:
        if math.isnan(numbers[number]):
            yield column, 1.0
    for number, side, value, column in STEPS:
        if numbers[number] < value if side == "<" else numbers[number] > value:
            yield column, 1.0
    for left, right, right_width, start in PRODUCTS:
        (a, left_value), (b, right_value) = (_factor(factor, words, scaled) for factor in (left, right))
        if a is not None and b is not None:
            yield start + a * right_width + b, _rounded(left_value * right_value)


def _factor(factor, words, scaled):
    kind, place = factor
    return (words[place][1], 1.0) if kind == "words" else (0, scaled[place])


def _word(application, name, start, columns, missing, unknown):
    """The field's first column, and which of its columns the word has, if any."""
    word = application.get(name)
    if word is None or (isinstance(word, float) and math.isnan(word)):
        column = missing
        if column == "refused":
            raise ValueError(f"{name!r} is missing")
    elif not isinstance(word, str):
        raise ValueError(f"{name!r} is {word!r}, not a word")
    else:
        column = columns.get(word, unknown)
        if column == "refused":
            raise ValueError(f"{name!r} is {word!r}, which is not in its vocabulary")
    return start, column


def _number(application, name, missing):
    """The number; NaN where the mean stands for a missing one."""
    number = application.get(name)
    if isinstance(number, (str, bytes, bytearray, bool)):
        raise ValueError(f"{name!r} is {number!r}, not a finite number")
    try:
        number = math.nan if number is None else float(number)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name!r} is not a finite number") from None
    if math.isinf(number):
        raise ValueError(f"{name!r} is {number!r}, not a finite number")
    if not math.isnan(number):
        return number
    if missing == "refused":
        raise ValueError(f"{name!r} is missing")
    return math.nan if missing == "mean" else missing


def _rounded(value):
    """A feature in the width of number that the model has."""
    if not SINGLE:
        return value
    try:
        return struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def _class_of(scores):
    if len(scores) == 1:
        return int(scores[0] > 0.0)
    best, most = 0, -math.inf
    for number, score in enumerate(scores):
        if score > most:
            best, most = number, score
    return best


def _probabilities(scores):
    if PROBABILITY is None:
        raise ValueError("the scores of this model's loss mean no probability")
    each = [_logistic(score) if PROBABILITY == "log_loss" else _clipped(score) for score in scores]
    if len(each) == 1:
        return [1.0 - each[0], each[0]]
    total = 0.0
    for probability in each:
        total += probability
    return [1.0 / len(each) if total == 0.0 else probability / total for probability in each]


def _logistic(score):
    try:
        return 1.0 / (1.0 + math.exp(-score))
    except OverflowError:
        return 0.0


def _clipped(score):
    return (min(max(score, -1.0), 1.0) + 1.0) / 2.0


def main():
    """Reads applications as JSON, one a line; writes what the model says of each, one a line."""
    import json
    import sys

    for line in sys.stdin.buffer:
        try:
            application = json.loads(line)
            if not isinstance(application, dict):
                raise ValueError("not a JSON object")
            scores = _scores(application)
            said = {"label": CLASSES[_class_of(scores)], "decision": scores}
            if PROBABILITY is not None:
                said["probabilities"] = _probabilities(scores)
        except (ValueError, RecursionError) as error:
            said = {"error": str(error)}
        print(json.dumps(said))


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        # Whoever read has read enough, as `head` does. Nothing is left to be written at the end.
        import os
        import sys

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
