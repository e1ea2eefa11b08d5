//! The features in the groups that people see: one for each categorical field, one for the numbers.

use shared::schema::Schema;

/// A group of features.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// The field's name, or what the numbers are.
    pub(crate) title: String,
    /// A word for where there is little room.
    pub(crate) short: String,
    /// The features' names within the group, in their order.
    pub(crate) names: Vec<String>,
    /// Whether they are numbers rather than categories.
    pub(crate) is_numeric: bool,
}

/// The groups in the order of the features.
pub(crate) fn groups(schema: &Schema) -> Vec<Group> {
    let categorical = schema.categorical().map(|(name, ..)| name);
    let numeric = schema.numeric().map(|(name, _)| name);
    let fields: Vec<&str> = categorical.chain(numeric.clone()).collect();
    let categorical = schema.categorical().map(|(name, words, _)| Group {
        title: name.to_owned(),
        short: short(name, &fields),
        names: words.columns().to_vec(),
        is_numeric: false,
    });
    let numbers = Group {
        title: "numbers, scaled".to_owned(),
        short: "numbers".to_owned(),
        names: numeric.map(str::to_owned).collect(),
        is_numeric: true,
    };
    categorical.chain([numbers]).collect()
}

/// The first word of a field's name that tells it from the others, cut to a few letters.
fn short(name: &str, fields: &[&str]) -> String {
    let is_common = |word: &str| {
        fields
            .iter()
            .filter(|field| field.split('_').any(|w| w == word))
            .count()
            > 1
    };
    let word = name
        .split('_')
        .find(|word| !is_common(word))
        .unwrap_or(name);
    if word.chars().count() <= 6 {
        return word.to_owned();
    }
    let cut: String = word.chars().take(4).collect();
    format!("{cut}.")
}

/// The name of a feature where its group is not seen: a category of a field with one column would
/// say little alone.
pub(crate) fn alone(group: &Group, name: &str) -> String {
    if group.is_numeric || group.names.len() > 1 {
        name.to_owned()
    } else {
        format!("{} {name}", group.title.replace('_', " "))
    }
}

/// The top-level `name: value` pairs of a JSON object, values as they are written. What is not an
/// object has none.
pub(crate) fn pairs(json: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let Some(start) = json.find('{') else {
        return found;
    };
    let mut rest = &json[start + 1..];
    while let Some((name, after)) = string(rest) {
        let Some(colon) = after.find(':') else { break };
        let value = after[colon + 1..].trim_start();
        let end = value_end(value);
        found.push((name, value[..end].trim_end()));
        rest = &value[end..];
    }
    found
}

/// The next string, without its quotes, and what follows it.
fn string(text: &str) -> Option<(&str, &str)> {
    let text = text
        .trim_start_matches(|c: char| c.is_whitespace() || c == ',')
        .strip_prefix('"')?;
    let end = quote(text)?;
    Some((&text[..end], &text[end + 1..]))
}

/// Where the string that began ends.
fn quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

/// Where a value ends: before the comma or bracket of its own level.
fn value_end(text: &str) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0i32, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if in_string => {
                in_string = c != '"' || escaped;
                escaped = c == '\\' && !escaped;
            }
            '"' => in_string = true,
            '{' | '[' => depth += 1,
            ',' | '}' if depth == 0 => return at,
            '}' | ']' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_grouped_by_their_field() {
        let groups = groups(&Schema::loan());
        let sizes: Vec<_> = groups.iter().map(|group| group.names.len()).collect();
        assert_eq!(sizes, [3, 5, 1, 4]);
        let shorts: Vec<_> = groups.iter().map(|group| group.short.as_str()).collect();
        assert_eq!(shorts, ["home", "intent", "prev.", "numbers"]);
        assert_eq!(
            alone(&groups[2], "Yes"),
            "previous loan defaults on file Yes"
        );
        assert_eq!(alone(&groups[0], "RENT"), "RENT");
    }

    #[test]
    fn pairs_are_read_as_they_are_written() {
        let json = r#" {"a": 1, "b":"x, \"y\"}" , "c": {"d": [1, 2]}, "e": null}"#;
        let expected = [
            ("a", "1"),
            ("b", r#""x, \"y\"}""#),
            ("c", r#"{"d": [1, 2]}"#),
            ("e", "null"),
        ];
        assert_eq!(pairs(json), expected);
    }

    #[test]
    fn what_is_no_object_or_is_cut_has_what_it_has() {
        assert!(pairs("not json").is_empty());
        assert!(pairs("").is_empty());
        assert_eq!(
            pairs(r#"{"a": 1, "b": "cut of"#),
            [("a", "1"), ("b", "\"cut of")]
        );
    }
}
