/// The part of an interface's version that a breaking release raises: the major number, below 1.0 the minor, below 0.1 the
/// patch. Versions of one track may stand for each other, whichever is newer.
///
/// Whether a function is what the other side was built for is decided by its shape; versions say only which functions may
/// be compared.
///
/// ```
/// use corelet_abi::version_track;
/// assert_eq!(version_track(1, 4, 2), version_track(1, 0, 0));
/// assert_ne!(version_track(0, 1, 9), version_track(0, 2, 0));
/// ```
pub const fn version_track(major: u64, minor: u64, patch: u64) -> (u64, u64, u64) {
    match (major, minor) {
        (0, 0) => (0, 0, patch),
        (0, minor) => (0, minor, 0),
        (major, _) => (major, 0, 0),
    }
}
