//! JSON as an author wrote it: its scalars, and what is said of it where it does not fit.

use serde_json::Value;

use super::ValueError;
use crate::model::{Field, Label};
use crate::suggest::nearest;

/// The one entry of an object.
pub(super) fn single(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_object()?;
    let (name, value) = map.iter().next()?;
    (map.len() == 1).then_some((name, value))
}

pub(super) fn integer<N>(value: &Value, min: N, max: N) -> Result<N, ValueError>
where
    N: TryFrom<i128> + std::fmt::Display,
{
    let whole = match value {
        Value::Number(number) => number
            .as_i64()
            .map(i128::from)
            .or_else(|| number.as_u64().map(i128::from)),
        _ => None,
    };
    whole
        .and_then(|whole| N::try_from(whole).ok())
        .ok_or_else(|| mismatch(value, format!("a whole number from {min} to {max}")))
}

pub(super) fn float(value: &Value) -> Result<f64, ValueError> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(name) => match name.as_str() {
            "nan" => Some(f64::NAN),
            "inf" => Some(f64::INFINITY),
            "-inf" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
    .ok_or_else(|| mismatch(value, r#"a number, "nan", "inf" or "-inf""#))
}

/// The number of the case or flag `name`.
pub(super) fn position(labels: &[Label], name: &str) -> Result<u32, ValueError> {
    let mut numbered = labels.iter().zip(0_u32..);
    match numbered.find(|(label, _)| label.name == name) {
        Some((_, number)) => Ok(number),
        None => Err(unknown(
            name,
            labels.iter().map(|label| label.name.as_str()),
        )),
    }
}

pub(super) fn unknown<'n>(name: &str, all: impl Iterator<Item = &'n str> + Clone) -> ValueError {
    ValueError::mismatch(format!("\"{name}\""), join(all.clone())).near(nearest(name, all))
}

pub(super) fn mismatch(value: &Value, allowed: impl Into<String>) -> ValueError {
    ValueError::mismatch(found(value), allowed)
}

/// A value in a few words.
fn found(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(map) => format!("an object of {}", map.len()),
        scalar => scalar.to_string(),
    }
}

pub(super) fn names(fields: &[Field]) -> String {
    join(fields.iter().map(|field| field.name.as_str()))
}

pub(super) fn label_names(labels: &[Label]) -> String {
    join(labels.iter().map(|label| label.name.as_str()))
}

pub(super) fn join<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
