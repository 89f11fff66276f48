//! What a mistyped name was meant to be.

/// The candidate nearest to `name`, if one is near enough to be meant: at most a third of its letters differ.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_mended_and_another_word_is_not() {
        let keys = ["fuel-per-call", "memory", "stack", "heap", "tick"];
        assert_eq!(nearest("fuel-per-cal", keys), Some("fuel-per-call"));
        assert_eq!(nearest("stakc", keys), Some("stack"));
        assert_eq!(nearest("fuel_per_call", keys), Some("fuel-per-call"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(nearest("x", []), None);
    }
}
