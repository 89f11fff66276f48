//! Doc comments of the contract as those of Rust.

use proc_macro2::TokenStream;
use quote::quote;

/// `docs`, or `otherwise` if there are none.
pub(super) fn of(docs: &str, otherwise: &str) -> TokenStream {
    let docs = docs.trim();
    let mut text = Text::default();
    let lines = if docs.is_empty() { otherwise } else { docs }.lines();
    lines
        .map(|line| {
            let line = text.line(line);
            quote!(#[doc = #line])
        })
        .collect()
}

/// Keeps rustdoc from taking examples in WIT for Rust: a fence without a language becomes one of text, and what is
/// indented like code is moved left.
#[derive(Default)]
struct Text {
    fenced: bool,
}

impl Text {
    fn line(&mut self, line: &str) -> String {
        let unindented = line.trim_start();
        let line = if self.fenced || line.len() - unindented.len() < 4 {
            line.trim_end().to_owned()
        } else {
            format!("   {}", unindented.trim_end())
        };
        let mut shown = line.clone();
        if unindented.starts_with("```") {
            self.fenced = !self.fenced;
            if self.fenced && unindented.trim_end() == "```" {
                shown.push_str("text");
            }
        }
        if shown.is_empty() {
            shown
        } else {
            format!(" {shown}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(docs: &str) -> Vec<String> {
        let mut text = Text::default();
        docs.lines().map(|line| text.line(line)).collect()
    }

    #[test]
    fn a_fence_without_a_language_is_text() {
        assert_eq!(
            lines("```\nx\n```\n```wit"),
            [" ```text", " x", " ```", " ```wit"]
        );
    }

    #[test]
    fn what_is_indented_like_code_is_moved_left() {
        assert_eq!(lines("a\n\n      b"), [" a", "", "    b"]);
    }
}
