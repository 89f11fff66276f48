//! What two `grant` records have in common, for a contract that is known at run time only: what `corelet_abi::Meet` does for types.

use serde_json::{Map, Value};

use super::json::float;
use crate::model::{Contract, Type, TypeKind};

/// What is within both `asked` and `allowed`, two values of `ty` as [`decode`](super::decode) gives them; none if they exclude each
/// other. `corelet_abi::Meet` says what that is for each type.
pub fn meet(contract: &Contract, ty: &Type, asked: &Value, allowed: &Value) -> Option<Value> {
    match contract.unaliased(ty) {
        Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::S8
        | Type::S16
        | Type::S32
        | Type::S64 => {
            let number = |value: &Value| value.as_i64().map(i128::from);
            let number = |value: &Value| number(value).or(value.as_u64().map(i128::from));
            let smaller = number(asked)? <= number(allowed)?;
            Some(if smaller { asked } else { allowed }.clone())
        }
        Type::F32 | Type::F64 => {
            let [one, other] = [asked, allowed].map(|value| float(value).ok());
            let order = one?.partial_cmp(&other?)?;
            Some(if order.is_gt() { allowed } else { asked }.clone())
        }
        Type::Bool => Some((asked.as_bool()? && allowed.as_bool()?).into()),
        Type::List { .. } => common(asked, allowed),
        Type::FixedList { item, .. } => {
            let pairs = asked.as_array()?.iter().zip(allowed.as_array()?);
            pairs
                .map(|(asked, allowed)| meet(contract, item, asked, allowed))
                .collect()
        }
        Type::Tuple(parts) => {
            let pairs = asked.as_array()?.iter().zip(allowed.as_array()?);
            let parts = parts.iter().zip(pairs);
            parts
                .map(|(part, (asked, allowed))| meet(contract, part, asked, allowed))
                .collect()
        }
        Type::Option(some) => option(contract, some, asked, allowed),
        Type::Named(id) => match &contract.type_def(*id).kind {
            TypeKind::Record(fields) => {
                let fields = fields.iter().map(|field| {
                    let part = |value: &Value| value.get(&field.name).cloned();
                    let both = meet(contract, &field.ty, &part(asked)?, &part(allowed)?);
                    Some((field.name.clone(), both?))
                });
                fields.collect::<Option<Map<_, _>>>().map(Value::Object)
            }
            TypeKind::Flags(_) => common(asked, allowed),
            _ => equal(asked, allowed),
        },
        _ => equal(asked, allowed),
    }
}

/// The items of `asked` that stand in both.
fn common(asked: &Value, allowed: &Value) -> Option<Value> {
    let allowed = allowed.as_array()?;
    let both = asked.as_array()?.iter();
    Some(
        both.filter(|item| allowed.contains(item))
            .cloned()
            .collect(),
    )
}

/// `none` sets no limit. The other is met with itself then, since not every value is one that a grant may have.
fn option(contract: &Contract, some: &Type, asked: &Value, allowed: &Value) -> Option<Value> {
    let (asked, allowed) = match (asked, allowed) {
        (Value::Null, Value::Null) => return Some(Value::Null),
        (one, Value::Null) | (Value::Null, one) => (one, one),
        both => both,
    };
    if !matches!(contract.unaliased(some), Type::Option(_)) {
        return meet(contract, some, asked, allowed);
    }
    let both = meet(contract, some, asked.get("some")?, allowed.get("some")?)?;
    Some(Map::from_iter([("some".to_owned(), both)]).into())
}

fn equal(asked: &Value, allowed: &Value) -> Option<Value> {
    (asked == allowed).then(|| asked.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WIT: &str = "package test:meet@1.0.0;
interface i {
  enum kind { a, b }
  flags set { x, y, z }
  record grant {
    most: u64, low: s8, share: f32, may: bool, kind: kind, set: set,
    some: option<u16>, twice: option<option<u16>>, pair: tuple<u8, bool>, fixed: list<u8, 2>,
    /// @max(4)
    channels: list<u8>,
    /// @max(8)
    name: string,
  }
}";

    #[test]
    fn records_meet_part_by_part_or_not_at_all() {
        let contract = Contract::parse(&[("i.wit", WIT)]).unwrap();
        let interface = contract.interfaces.iter().find(|i| i.name == "i").unwrap();
        let ty = Type::Named(contract.grant_record(interface).unwrap());
        let asked = json!({
            "most": u64::MAX, "low": -3, "share": 0.5, "may": true, "kind": "a", "set": ["x", "z"],
            "some": 7, "twice": { "some": null }, "pair": [9, true], "fixed": [1, 9], "channels": [2, 0, 1], "name": "n",
        });
        let allowed = json!({
            "most": 5, "low": 3, "share": "inf", "may": false, "kind": "a", "set": ["y", "z"],
            "some": null, "twice": { "some": 4 }, "pair": [8, true], "fixed": [2, 3], "channels": [1, 2], "name": "n",
        });
        let both = json!({
            "most": 5, "low": -3, "share": 0.5, "may": false, "kind": "a", "set": ["z"],
            "some": 7, "twice": { "some": 4 }, "pair": [8, true], "fixed": [1, 3], "channels": [2, 1], "name": "n",
        });
        assert_eq!(meet(&contract, &ty, &asked, &allowed), Some(both));
        for (field, value) in [
            ("kind", json!("b")),
            ("name", json!("m")),
            ("share", json!("nan")),
        ] {
            let mut other = allowed.clone();
            other[field] = value;
            assert_eq!(meet(&contract, &ty, &asked, &other), None, "{field}");
        }
    }
}
