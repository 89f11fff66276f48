//! Rates of grants as people write them: `reads = "60/min"`.

use serde_json::{Map, Value};

use super::ValueError;
use super::json::{join, mismatch};
use crate::model::Field;

/// What a rate may be per, and how the names of fields for it end.
const PERIODS: [(&str, &str); 4] = [
    ("s", "-per-second"),
    ("min", "-per-minute"),
    ("h", "-per-hour"),
    ("day", "-per-day"),
];

const ALLOWED: &str = r#"a whole number per s, min, h or day, such as "60/min""#;

/// The values of `fields` with rates under the names of their fields: `reads = "1/s"` is `reads-per-second = 1`. `rate` stands
/// for what is counted where that is one thing.
///
/// What has the name of a field, or of none that counts, is left as it is.
///
/// # Errors
/// A rate that is none, for which there is no field, or that stands there twice.
pub(crate) fn resolve(
    fields: &[Field],
    values: &Map<String, Value>,
) -> Result<Map<String, Value>, ValueError> {
    let mut resolved = Map::new();
    for (name, value) in values {
        let counted = counted(fields, name);
        if counted.is_empty() {
            resolved.insert(name.clone(), value.clone());
            continue;
        }
        let (field, count) = one(&counted, value).map_err(|error| error.within(name))?;
        if values.contains_key(field) || resolved.contains_key(field) {
            let allowed = format!("one of it and {field}");
            return Err(mismatch(value, allowed).within(name));
        }
        resolved.insert(field.to_owned(), count.into());
    }
    Ok(resolved)
}

/// The fields that count what `name` means.
fn counted<'f>(fields: &'f [Field], name: &str) -> Vec<&'f str> {
    let names = fields.iter().map(|field| field.name.as_str());
    if names.clone().any(|field| field == name) {
        return Vec::new();
    }
    names
        .filter(|field| {
            let mut whats = PERIODS
                .iter()
                .filter_map(|(_, end)| field.strip_suffix(end));
            whats.any(|what| name == "rate" || name == what)
        })
        .collect()
}

/// The one field of `counted` that `rate` is for, and how many.
fn one<'f>(counted: &[&'f str], rate: &Value) -> Result<(&'f str, u64), ValueError> {
    let (count, end) = parse(rate).ok_or_else(|| mismatch(rate, ALLOWED))?;
    let mut meant = counted.iter().filter(|field| field.ends_with(end));
    match (meant.next(), meant.next()) {
        (Some(field), None) => Ok((field, count)),
        (Some(_), Some(_)) => {
            let allowed = join(counted.iter().copied().filter(|field| field.ends_with(end)));
            Err(mismatch(rate, format!("one of {allowed} by its own name")))
        }
        (None, _) => Err(mismatch(rate, join(counted.iter().copied()))),
    }
}

fn parse(rate: &Value) -> Option<(u64, &'static str)> {
    let (count, unit) = rate.as_str()?.split_once('/')?;
    let (_, end) = PERIODS.iter().find(|(name, _)| *name == unit.trim())?;
    let count = count.trim();
    if !count.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    Some((count.replace('_', "").parse().ok()?, end))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Type;

    fn resolved(values: Value) -> Result<Value, String> {
        let names = [
            "channels",
            "reads-per-second",
            "reads-per-minute",
            "starts-per-minute",
            "starts-per-hour",
        ];
        let field = |name: &str| Field {
            name: name.to_owned(),
            docs: String::new(),
            ty: Type::U32,
        };
        let resolved = resolve(&names.map(field), values.as_object().unwrap());
        resolved
            .map(Value::Object)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_rate_is_the_value_of_its_field() {
        for (written, means) in [
            (
                json!({ "reads": "60/min" }),
                json!({ "reads-per-minute": 60 }),
            ),
            (
                json!({ "reads": "1_000 / s" }),
                json!({ "reads-per-second": 1000 }),
            ),
            (json!({ "rate": "1/s" }), json!({ "reads-per-second": 1 })),
            (json!({ "rate": "2/h" }), json!({ "starts-per-hour": 2 })),
            (
                json!({ "reads": "1/s", "starts": "0/h" }),
                json!({ "reads-per-second": 1, "starts-per-hour": 0 }),
            ),
            (
                json!({ "rate": "1/s", "reads-per-minute": 30 }),
                json!({ "reads-per-second": 1, "reads-per-minute": 30 }),
            ),
        ] {
            assert_eq!(resolved(written), Ok(means));
        }
    }

    #[test]
    fn what_is_no_rate_is_left_to_the_record() {
        for values in [
            json!({}),
            json!({ "channels": "1/s", "reads-per-second": "1/s", "speed": "1/s" }),
        ] {
            assert_eq!(resolved(values.clone()), Ok(values));
        }
    }

    #[test]
    fn a_wrong_rate_is_refused_with_what_is_allowed() {
        let allowed = r#"allowed a whole number per s, min, h or day, such as "60/min""#;
        for wrong in [
            "", "1", "/s", "1/", "1/week", "0.5/s", "-1/s", "_1/s", "+1/s", "1/s/s",
        ] {
            let text = resolved(json!({ "rate": wrong })).unwrap_err();
            assert_eq!(text, format!("`rate`: found {wrong:?}, {allowed}"));
        }
        let text = resolved(json!({ "reads": 1 })).unwrap_err();
        assert_eq!(text, format!("`reads`: found 1, {allowed}"));
        for (wrong, why) in [
            (
                json!({ "reads": "1/day" }),
                "`reads`: found \"1/day\", allowed reads-per-second, reads-per-minute",
            ),
            (
                json!({ "rate": "1/min" }),
                "`rate`: found \"1/min\", allowed one of reads-per-minute, starts-per-minute by its own name",
            ),
            (
                json!({ "reads": "1/s", "reads-per-second": 2 }),
                "`reads`: found \"1/s\", allowed one of it and reads-per-second",
            ),
            (
                json!({ "rate": "1/s", "reads": "2/s" }),
                "`reads`: found \"2/s\", allowed one of it and reads-per-second",
            ),
        ] {
            assert_eq!(resolved(wrong), Err(why.to_owned()));
        }
    }
}
