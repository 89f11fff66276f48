use std::collections::HashMap;

use wit_parser::Span;

use super::Check;

/// How Rust writes a name.
#[derive(Clone, Copy)]
pub(super) enum Casing {
    Snake,
    Camel,
}

impl Casing {
    fn of(self, name: &str) -> String {
        match self {
            Self::Snake => name.to_ascii_lowercase().replace('-', "_"),
            Self::Camel => name
                .split('-')
                .map(|word| {
                    let (first, rest) = word.split_at(word.len().min(1));
                    first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
                })
                .collect(),
        }
    }
}

impl Check<'_> {
    /// Refuses names of one scope that are one name in Rust, such as `x1` and `x-1` for types.
    pub(super) fn refuse_collisions(
        &mut self,
        what: &str,
        names: Vec<(&str, Span)>,
        casing: Casing,
    ) {
        let mut seen = HashMap::new();
        for (name, span) in names {
            let rust = casing.of(name);
            if let Some(other) = seen.insert(rust.clone(), name) {
                let refusal = self
                    .refusal(span, format!("`{name}` and `{other}` are one name in Rust"))
                    .found(format!("two {what} that become `{rust}`"), "one")
                    .help("rename one of them");
                self.refuse(refusal);
            }
        }
    }
}
