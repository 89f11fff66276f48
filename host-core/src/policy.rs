//! What a firmware lets the plugins of each slot do.

use corelet_abi::{CodecError, Writer};
use corelet_admission::Limits;
use corelet_image::PARAMETERS_MAX;
use corelet_load::Budget;

/// The policy of every slot.
#[derive(Clone, Copy, Debug)]
pub struct Policy<const SLOTS: usize> {
    /// Of slot 0, slot 1, and so on.
    pub slots: [SlotPolicy; SLOTS],
}

impl<const SLOTS: usize> Policy<SLOTS> {
    /// The same policy for every slot.
    pub const fn same(slot: SlotPolicy) -> Self {
        Self {
            slots: [slot; SLOTS],
        }
    }
}

/// The policy of one slot. Start from [`SlotPolicy::DEVICE`].
///
/// ```
/// use corelet_host::{Allow, Limit, SlotPolicy, abi::Codec, capability::sensor};
///
/// const POLICY: SlotPolicy = SlotPolicy {
///     fuel_per_call: 50_000,
///     allow: &[
///         Allow::all("corelet:host/logging"),
///         Allow::up_to("corelet:host/sensor", |limit| {
///             let grant = sensor::Grant { channels: &[0, 1], reads_per_minute: Some(60), reads_per_second: None };
///             sensor::Grant::encode(&grant, limit)
///         }),
///     ],
///     ..SlotPolicy::DEVICE
/// };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SlotPolicy {
    /// How much of everything a module may have. Its memory is bounded by `budget.memory` besides.
    pub limits: Limits,
    /// Memory, stack, recursion, prepaid fuel and heap of the plugin. A manifest can ask for less memory, stack and heap.
    pub budget: Budget,
    /// Fuel of one call into the plugin. A manifest can ask for less.
    pub fuel_per_call: u64,
    /// The shortest period of ticks, in milliseconds. A manifest that asks for a shorter one is refused: a plugin that counts
    /// its ticks would otherwise be wrong in silence.
    pub tick_ms_min: u32,
    /// The interfaces that a plugin may call if its manifest asks for them; no others.
    pub allow: &'static [Allow],
    /// The events that a plugin may be told of if its manifest asks for them.
    pub topics: Topics,
    /// What follows when a call traps, runs out of fuel or answers nonsense.
    pub on_fault: OnFault,
}

impl SlotPolicy {
    /// For a microcontroller with some tens of KiB of heap: [`Limits::DEVICE`], [`Budget::DEVICE`], a million fuel a call, a tick
    /// every 10 ms at most, ten restarts a minute, and neither interfaces nor topics allowed.
    pub const DEVICE: Self = Self {
        limits: Limits::DEVICE,
        budget: Budget::DEVICE,
        fuel_per_call: 1_000_000,
        tick_ms_min: 10,
        allow: &[],
        topics: Topics::Only(&[]),
        on_fault: OnFault::Restart(Restarts::DEVICE),
    };
}

/// The topics that plugins may hear of.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Topics {
    /// Whatever a manifest names.
    All,
    /// These. A plugin whose manifest names another is refused.
    Only(&'static [&'static str]),
}

impl Topics {
    pub(crate) fn allow(self, topic: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(topics) => topics.contains(&topic),
        }
    }
}

/// What follows a fault of the plugin. Either way its instance is discarded, and with it what it had in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum OnFault {
    /// A new instance takes its place, and is initialised with the same configuration: so often, and not before such a time.
    Restart(Restarts),
    /// The slot is faulted until it is unloaded.
    Stop,
}

/// How often a plugin is started again, and how soon.
///
/// A call that finds no heap midway, [`Stop::OutOfHeap`](crate::Stop::OutOfHeap), costs the plugin its instance, but it is the board's
/// fault and none of these restarts: the new instance is initialised a tenth of a second later, or when the heap has room again. If the
/// heap has none for an instance either, the slot is faulted: [`Fault::NoInstance`](crate::Fault::NoInstance).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Restarts {
    /// The most in one period. After one fault more the slot is faulted, with the reason of that.
    pub most: u16,
    /// The length of a period in milliseconds. One begins with the first fault after the last.
    pub period_ms: u32,
    /// How long the second restart of a period waits, in milliseconds; each one after it waits twice as long as the one before,
    /// up to a period. The first does not wait.
    pub backoff_ms: u32,
}

impl Restarts {
    /// Ten in a minute; the second waits a tenth of a second, the tenth 26 seconds.
    pub const DEVICE: Self = Self {
        most: 10,
        period_ms: 60_000,
        backoff_ms: 100,
    };
}

/// One interface that plugins may call.
#[derive(Clone, Copy, Debug)]
pub struct Allow {
    /// Without a version, for instance `corelet:host/storage`.
    pub interface: &'static str,
    /// The most that can be granted of it.
    pub limit: Limit,
}

impl Allow {
    /// Every interface of `corelet:host`, as much of each as a manifest asks for.
    pub const STANDARD: &'static [Self] = &[
        Self::all("corelet:host/logging"),
        Self::all("corelet:host/monotonic-clock"),
        Self::all("corelet:host/wall-clock"),
        Self::all("corelet:host/sensor"),
        Self::all("corelet:host/storage"),
    ];

    /// As much of `interface` as a manifest asks for.
    pub const fn all(interface: &'static str) -> Self {
        Self {
            interface,
            limit: Limit::None,
        }
    }

    /// At most the `grant` record that `encode` writes. What is granted is the common part of it and of what the manifest asks.
    pub const fn up_to(interface: &'static str, encode: EncodeGrant) -> Self {
        Self {
            interface,
            limit: Limit::Record(encode),
        }
    }
}

/// Writes a `grant` record.
pub type EncodeGrant = fn(&mut Writer<'_>) -> Result<(), CodecError>;

/// The most that can be granted of an interface.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Limit {
    /// As much as is asked for.
    None,
    /// At most this encoded `grant` record.
    Encoded(&'static [u8]),
    /// At most the `grant` record that this writes.
    Record(EncodeGrant),
}

impl Limit {
    /// The encoded `grant` record, written to `buffer` if need be; empty for no limit.
    ///
    /// # Errors
    /// Those of the function that writes it.
    pub fn record<'b>(&self, buffer: &'b mut [u8; PARAMETERS_MAX]) -> Result<&'b [u8], CodecError> {
        match *self {
            Self::None => Ok(&[]),
            Self::Encoded(bytes) => Ok(bytes),
            Self::Record(encode) => {
                let mut writer = Writer::new(buffer);
                encode(&mut writer)?;
                let length = writer.length();
                Ok(buffer.get(..length).unwrap_or(&[]))
            }
        }
    }
}
