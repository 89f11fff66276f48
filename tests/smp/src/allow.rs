use corelet_smp::Action;

/// The most that an owner's port allows.
pub fn everything(_: Action) -> bool {
    true
}

/// As [`corelet_smp::UploadOnly`].
pub fn upload_only(action: Action) -> bool {
    matches!(action, Action::Upload { .. })
}
