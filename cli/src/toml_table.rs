//! Tables of a TOML file, read so that every error shows its place.

use std::ops::Range;
use std::path::{Path, PathBuf};

use corelet_wit::nearest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Failure, Place};

/// A text file and its name.
#[derive(Clone, Debug)]
pub(crate) struct SourceFile {
    path: PathBuf,
    text: String,
}

impl SourceFile {
    /// Reads `path`.
    ///
    /// # Errors
    /// If the file cannot be read or is not UTF-8.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::reading(path, &error))?;
        Ok(Self::new(path, text))
    }

    /// A file that was read before.
    pub(crate) fn new(path: &Path, text: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            text: text.into(),
        }
    }

    /// Its name.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A part of its text, by its bytes.
    pub(crate) fn place(&self, span: Range<usize>) -> Place<'_> {
        Place {
            path: &self.path,
            text: &self.text,
            start: span.start,
            end: span.end,
        }
    }

    /// The file's top table.
    ///
    /// # Errors
    /// If the text is not TOML, with the place.
    pub(crate) fn parse(&self) -> Result<Spanned<DeTable<'_>>, Failure> {
        DeTable::parse(&self.text).map_err(|error| {
            let failure = Failure::refused(format_args!("{} is not TOML", self.path.display()));
            failure.at(&self.place(error.span().unwrap_or(0..0)), error.message())
        })
    }
}

/// One table, the file it stands in, and the name that errors give it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'a> {
    file: &'a SourceFile,
    name: &'a str,
    items: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    /// `items` as a part of `file`. `name` is for instance `[budget]`.
    pub(crate) fn new(file: &'a SourceFile, name: &'a str, items: &'a DeTable<'a>) -> Self {
        Self { file, name, items }
    }

    /// Refuses every key that is not among `keys`.
    ///
    /// # Errors
    /// For the first such key, with its place and the key that was meant.
    pub(crate) fn only(&self, keys: &[&str]) -> Result<(), Failure> {
        let unknown = self
            .items
            .keys()
            .find(|key| !keys.contains(&key.get_ref().as_ref()));
        let Some(key) = unknown else { return Ok(()) };
        let name: &str = key.get_ref();
        let failure = Failure::refused(format_args!("unknown key `{name}`"))
            .at(
                &self.file.place(key.span()),
                &format!("not a key of {}", self.name),
            )
            .found(name, keys.join(", "));
        Err(match nearest(name, keys.iter().copied()) {
            Some(meant) => failure.help(format_args!("did you mean `{meant}`?")),
            None => failure,
        })
    }

    /// What stands at `key`.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.items.get(key)
    }

    /// What stands at `key`, made a `T` by `read`; none if nothing stands there.
    ///
    /// # Errors
    /// If `read` does, with the place. Its error says what is allowed.
    pub(crate) fn read<T>(
        &self,
        key: &str,
        read: impl FnOnce(&'a DeValue<'a>) -> Result<T, String>,
    ) -> Result<Option<T>, Failure> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        match read(value.get_ref()) {
            Ok(value) => Ok(Some(value)),
            Err(allowed) => Err(Failure::refused(format_args!(
                "`{key}` in {} cannot be this",
                self.name
            ))
            .at(&self.file.place(value.span()), "here")
            .found(describe(value.get_ref()), allowed)),
        }
    }

    /// As [`read`](Self::read), of what has to be there.
    ///
    /// # Errors
    /// If it is not, too.
    pub(crate) fn needed<T>(
        &self,
        key: &str,
        read: impl FnOnce(&'a DeValue<'a>) -> Result<T, String>,
    ) -> Result<T, Failure> {
        self.read(key, read)?.ok_or_else(|| {
            Failure::refused(format_args!("`{key}` is missing in {}", self.name))
                .fact("file", self.file.path().display())
        })
    }

    /// The tables in the list at `key`, each named `name`; none if nothing stands there.
    ///
    /// # Errors
    /// If something else stands there.
    pub(crate) fn tables(&self, key: &str, name: &'a str) -> Result<Vec<Table<'a>>, Failure> {
        let items = self.read(key, |value| {
            let tables = value
                .as_array()
                .and_then(|items| items.iter().map(|item| item.get_ref().as_table()).collect());
            tables.ok_or_else(|| "a list of tables".to_owned())
        })?;
        let items: Vec<_> = items.unwrap_or_default();
        Ok(items
            .into_iter()
            .map(|items| Table::new(self.file, name, items))
            .collect())
    }

    /// The table at `key`, named `name`.
    ///
    /// # Errors
    /// If something else stands there.
    pub(crate) fn table(&self, key: &str, name: &'a str) -> Result<Option<Table<'a>>, Failure> {
        let items = self.read(key, |value| {
            value.as_table().ok_or_else(|| "a table".to_owned())
        })?;
        Ok(items.map(|items| Table::new(self.file, name, items)))
    }
}

/// A whole number from 0 to `max`, for [`Table::read`].
pub(crate) fn integer(max: u64) -> impl Fn(&DeValue<'_>) -> Result<u64, String> {
    move |value| {
        value
            .as_integer()
            .and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok())
            .filter(|number| *number <= max)
            .ok_or_else(|| format!("a whole number from 0 to {max}"))
    }
}

/// A string, for [`Table::read`].
pub(crate) fn string(value: &DeValue<'_>) -> Result<String, String> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| "a string".to_owned())
}

/// True or false, for [`Table::read`].
pub(crate) fn boolean(value: &DeValue<'_>) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "true or false".to_owned())
}

/// A value as an error names it.
fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// The value as JSON, which is what the contract's encoder takes.
///
/// # Errors
/// What is allowed instead: a time of day, or a number that is not finite or over 64 bits, has no place in a contract.
pub(crate) fn to_json(value: &DeValue<'_>) -> Result<serde_json::Value, String> {
    use serde_json::Value;
    Ok(match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Integer(number) => {
            let wide = i128::from_str_radix(number.as_str(), number.radix()).ok();
            let number = wide.and_then(serde_json::Number::from_i128);
            Value::Number(number.ok_or("a number of at most 64 bits")?)
        }
        DeValue::Float(number) => {
            let number = number
                .as_str()
                .parse()
                .ok()
                .and_then(serde_json::Number::from_f64);
            Value::Number(number.ok_or("a finite number")?)
        }
        DeValue::Array(items) => {
            let items = items.iter().map(|item| to_json(item.get_ref()));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        DeValue::Table(items) => {
            let items = items
                .iter()
                .map(|(key, item)| Ok((key.get_ref().to_string(), to_json(item.get_ref())?)));
            Value::Object(items.collect::<Result<_, String>>()?)
        }
        DeValue::Datetime(_) => return Err("a string, number, list or table".to_owned()),
    })
}
