/// The candidate nearest to `name`, if one is near enough to be meant: at most half of its letters differ.
pub(crate) fn nearest<S: AsRef<str>>(
    name: &str,
    candidates: impl IntoIterator<Item = S>,
) -> Option<S> {
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
