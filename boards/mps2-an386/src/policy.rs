use corelet_host::abi::Codec;
use corelet_host::capability::storage;
use corelet_host::{Allow, Budget, Policy, SlotPolicy};
use corelet_image::Keys;

use super::SLOTS;

/// Who may sign plugins: everybody, since the development key is public. A product trusts its maker's key here.
pub(super) const KEYS: Keys<'static> = Keys::NONE.accept_development();

/// What the plugins of each slot may do.
pub(super) const POLICY: Policy<SLOTS> = Policy::same(SlotPolicy {
    budget: Budget {
        memory: 32 * 1024,
        ..SlotPolicy::DEVICE.budget
    },
    allow: &[
        Allow::all("corelet:host/logging"),
        Allow::all("corelet:host/monotonic-clock"),
        Allow::all("corelet:host/wall-clock"),
        Allow::all("corelet:host/sensor"),
        Allow::up_to("corelet:host/storage", |limit| {
            let grant = storage::Grant {
                bytes: 1024,
                writes_per_day: Some(10_000),
            };
            storage::Grant::encode(&grant, limit)
        }),
    ],
    ..SlotPolicy::DEVICE
});
