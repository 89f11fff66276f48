use corelet_board_support::storage_capacity;
use corelet_host::abi::Codec;
use corelet_host::capability::storage;
use corelet_host::{Allow, Budget, Fuel, OnFault, Policy, Restarts, SlotPolicy, Topics};
use corelet_image::{Keys, PublicKey};
use corelet_update::UpdatePolicy;

use crate::flash::{BANKS, DATA_MAP};

/// Who may sign plugins: everybody, since the development key is public. A product trusts its maker's key here, and is built without the
/// feature `development`.
#[cfg(feature = "development")]
pub const KEYS: Keys<'static> = Keys::NONE.accept_development();
/// Who may sign plugins: nobody. A product trusts its maker's key here.
#[cfg(not(feature = "development"))]
pub const KEYS: Keys<'static> = Keys::NONE;

/// Who may replace these keys: everybody. A product has its maker's root key here, whose secret half is kept where no other is.
#[cfg(feature = "development")]
pub const ROOT_KEY: Option<PublicKey> = Some(corelet_image::DEVELOPMENT_KEY);
/// Who may replace these keys: nobody. A product has its maker's root key here.
#[cfg(not(feature = "development"))]
pub const ROOT_KEY: Option<PublicKey> = None;

/// How many plugins run at once.
pub const SLOTS: usize = 2;

/// The topic of the one event that there is, once a second; its payload is the count of seconds, a `u32`.
pub const SECOND: &str = "second";

/// What a plugin may use before the main loop goes round again.
pub const SLICE: Fuel = Fuel(5_000);

/// What each plugin may keep, in bytes of entries.
const STORAGE_BYTES: u32 = 480;

/// How many plugins may have something there: each bank's, be it that it waits, and that of the image that came with the device.
const KEEPERS: u32 = BANKS as u32 + 1;

// No plugin finds the store full because of another.
const _: () = assert!(STORAGE_BYTES * KEEPERS <= storage_capacity(&DATA_MAP));

/// What the plugins of each slot may do.
pub const POLICY: Policy<SLOTS> = Policy::same(SlotPolicy {
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
                bytes: STORAGE_BYTES,
                writes_per_day: Some(10_000),
            };
            storage::Grant::encode(&grant, limit)
        }),
    ],
    topics: Topics::Only(&[SECOND]),
    // An author wants to see the next fault too, and at once. A product rather waits, and gives up.
    on_fault: OnFault::Restart(Restarts {
        most: u16::MAX,
        backoff_ms: 0,
        ..Restarts::DEVICE
    }),
    ..SlotPolicy::DEVICE
});

/// What is asked of a new version.
pub const UPDATE_POLICY: UpdatePolicy = UpdatePolicy::DEVICE;

/// What the plugins of each slot may do in the firmware, which may be built for the hostile set.
pub const fn policy(hostile: bool) -> Policy<SLOTS> {
    if hostile { HOSTILE_POLICY } else { POLICY }
}

/// What the plugins of the hostile set may do: as [`POLICY`], but have a whole page of 64 KiB, and as much heap as they take. So
/// only the heap itself can refuse them.
pub const HOSTILE_POLICY: Policy<SLOTS> = Policy::same(SlotPolicy {
    budget: Budget {
        heap: u32::MAX,
        ..SlotPolicy::DEVICE.budget
    },
    ..POLICY.slots[0]
});
