//! Through the host, as a firmware does it.

use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::{Allow, Caller, Host, Policy, Quarantine, Reset, SlotId, SlotPolicy};
use corelet_image::Verified;

use crate::{FUEL, Job, NAME, PAYLOAD, TIME};

#[allow(missing_docs, unreachable_pub)]
mod bindings {
    corelet_host::bindgen!({ path: "guest/wit" });
}
use bindings::{echo, storm, sum};

const SLOT: SlotId = SlotId(0);

const POLICY: SlotPolicy = SlotPolicy {
    fuel_per_call: FUEL,
    allow: &[Allow::all("corelet:bench/sum")],
    ..SlotPolicy::DEVICE
};

pub(crate) struct Board;

impl MonotonicClock for Board {
    fn now(&mut self) -> u64 {
        0
    }

    fn resolution(&mut self) -> u64 {
        1
    }
}

impl sum::Host for Board {
    fn sum(&mut self, _: &mut Caller<'_>, bytes: &[u8]) -> u32 {
        bytes.iter().map(|byte| u32::from(*byte)).sum()
    }
}

pub(crate) fn run(image: &Verified<'_>, job: Job, count: u32) -> u32 {
    static QUARANTINE: Quarantine = Quarantine::new();
    let mut host = Host::<_, 1>::new(Board, Policy::same(POLICY))
        .with::<sum::Capability>()
        .with_quarantine(&QUARANTINE, Reset::PowerOn);
    host.load(SLOT, image).expect("the plugin is loaded");

    match job {
        Job::Echo => {
            let mut message = echo::Message {
                count: 0,
                time: TIME,
                name: NAME,
                payload: &PAYLOAD,
            };
            for _ in 0..count {
                message.count = host
                    .call(SLOT, &echo::Echo { message })
                    .expect("the plugin echoes")
                    .count;
            }
            message.count
        }
        Job::Calls => host
            .call(SLOT, &storm::Calls { times: count })
            .expect("the plugin calls"),
    }
}
