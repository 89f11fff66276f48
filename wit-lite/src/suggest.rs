/// What the mistyped `name` was meant to be: the candidate nearest to it, if at most half of that one's letters
/// differ.
///
/// ```
/// use corelet_wit::nearest;
/// assert_eq!(nearest("stakc", ["stack", "tick"]), Some("stack"));
/// assert_eq!(nearest("colour", ["stack", "tick"]), None);
/// ```
pub fn nearest<S: AsRef<str>>(name: &str, candidates: impl IntoIterator<Item = S>) -> Option<S> {
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(name, candidate.as_ref()),
                candidate,
            )
        })
        .filter(|(distance, candidate)| *distance <= candidate.as_ref().chars().count().div_ceil(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
