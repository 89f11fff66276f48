//! Values of the contract's types as JSON, to and from the bytes of the ABI: for manifests, command lines and tests.
//!
//! | WIT | JSON |
//! |---|---|
//! | `bool` | `true`, `false` |
//! | integers, floats | a number; floats also `"nan"`, `"inf"`, `"-inf"` |
//! | `char`, `string` | a string |
//! | `list<u8>` | a list of numbers; a string is taken too, and stands for its UTF-8 |
//! | `list`, `tuple` | a list |
//! | `record` | an object with the fields' names; one that is an `option` may be left out |
//! | `option` | `null`, or the value; `{"some": …}` if the value is an `option` itself |
//! | `result` | `{"ok": …}` or `{"err": …}`, with `null` for `_` |
//! | `enum` | the case as a string; a number for a case of an open enum that has no name |
//! | `variant` | the case as a string, or `{"case": payload}` |
//! | `flags` | a list of strings |
//!
//! Names are written as in WIT, in kebab case.
//!
//! ```
//! use corelet_wit::{Contract, Type, value};
//! let contract = Contract::standard();
//! let grant = contract.types.iter().position(|def| def.name == "grant").unwrap();
//! let grant = Type::Named(corelet_wit::TypeId(grant));
//! let bytes = value::encode(&contract, &grant, &serde_json::json!({ "bytes-per-minute": 300 }))?;
//! assert_eq!(bytes, [1, 0xac, 0x02, 0]);
//! let error = value::encode(&contract, &grant, &serde_json::json!({ "bytes-per-minuet": 300 })).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "`bytes-per-minuet`: found a field of this name, allowed bytes-per-minute, bytes-per-second; did you mean `bytes-per-minute`?",
//! );
//! # Ok::<(), value::ValueError>(())
//! ```

mod decode;
mod encode;
mod extent;
mod json;
mod meet;
mod rate;
#[cfg(test)]
mod tests;

use std::fmt;

use corelet_abi::{CodecError, Reader};
use serde_json::Value;

use crate::model::{Contract, Function, Type};

pub use extent::Extent;
pub use meet::meet;
pub(crate) use rate::resolve;

/// Why JSON is not a value of a type, or bytes are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError {
    path: String,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Mismatch {
        found: String,
        allowed: String,
        help: Option<String>,
    },
    Malformed(CodecError),
}

impl ValueError {
    fn mismatch(found: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            problem: Problem::Mismatch {
                found: found.into(),
                allowed: allowed.into(),
                help: None,
            },
        }
    }

    fn near(mut self, near: Option<&str>) -> Self {
        if let Problem::Mismatch { help, .. } = &mut self.problem {
            *help = near.map(|near| format!("did you mean `{near}`?"));
        }
        self
    }

    /// The same error of a value that is part `name` of another one: `set-point-milli` becomes
    /// `config.set-point-milli`.
    #[must_use]
    pub fn within(mut self, name: &str) -> Self {
        self.path = match self.path.is_empty() {
            true => name.to_owned(),
            false => format!("{name}.{}", self.path),
        };
        self
    }

    /// What is wrong with the bytes; none if it was a value that is wrong.
    pub fn codec(&self) -> Option<CodecError> {
        match self.problem {
            Problem::Malformed(error) => Some(error),
            Problem::Mismatch { .. } => None,
        }
    }

    /// Which part is wrong, for instance `config.set-point-milli` or `readings.3.unit`; empty for the whole value.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl From<CodecError> for ValueError {
    fn from(error: CodecError) -> Self {
        Self {
            path: String::new(),
            problem: Problem::Malformed(error),
        }
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        match &self.problem {
            Problem::Malformed(error) => error.fmt(f),
            Problem::Mismatch {
                found,
                allowed,
                help,
            } => {
                write!(f, "found {found}, allowed {allowed}")?;
                help.iter().try_for_each(|help| write!(f, "; {help}"))
            }
        }
    }
}

impl std::error::Error for ValueError {}

/// The message of one value of `ty`.
///
/// # Errors
/// The JSON is not a value of `ty`, or over a bound in it.
pub fn encode(contract: &Contract, ty: &Type, value: &Value) -> Result<Vec<u8>, ValueError> {
    let mut message = Vec::new();
    encode::value(contract, ty, value, &mut message)?;
    Ok(message)
}

/// The value of `ty` that `message` is.
///
/// # Errors
/// The bytes are not a canonical message of `ty`.
pub fn decode(contract: &Contract, ty: &Type, message: &[u8]) -> Result<Value, ValueError> {
    let mut reader = Reader::new(message);
    let value = decode::value(contract, ty, &mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// The request of a call of `function`: `arguments` is an object with the parameters' names, or a list of them in
/// order.
///
/// # Errors
/// An argument is missing, unknown, or not a value of its parameter.
pub fn encode_request(
    contract: &Contract,
    function: &Function,
    arguments: &Value,
) -> Result<Vec<u8>, ValueError> {
    let mut message = Vec::new();
    encode::request(contract, function, arguments, &mut message)?;
    Ok(message)
}

/// What `function` answered; `null` if it has no result.
///
/// # Errors
/// The bytes are not a canonical response of `function`.
pub fn decode_response(
    contract: &Contract,
    function: &Function,
    response: &[u8],
) -> Result<Value, ValueError> {
    match &function.result {
        Some(result) => decode(contract, result, response),
        None if response.is_empty() => Ok(Value::Null),
        None => Err(CodecError::Trailing.into()),
    }
}
