//! Through the host, as a firmware does it.

use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::{Allow, Caller, Host, Policy, SlotId, SlotPolicy};
use corelet_image::{
    Budgets, DEVELOPMENT_KEY, DEVELOPMENT_SEED, Grant, Image, Keys, Manifest, Unsigned, Version,
};

use crate::{FUEL, NAME, PAYLOAD, TIME};

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

struct Board;

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

pub(crate) fn run(module: &[u8], what: &str, count: u32) -> u32 {
    let manifest = Manifest {
        name: "echo",
        version: Version::new(0, 1, 0),
        grants: [Grant {
            interface: "corelet:bench/sum@0.1.0",
            parameters: &[],
        }]
        .into_iter()
        .collect(),
        budgets: Budgets {
            fuel_per_call: FUEL,
            memory: 1 << 16,
            stack: 1 << 12,
            heap: 1 << 16,
        },
        ..Manifest::default()
    };
    let image = Unsigned::build(&manifest, module, &DEVELOPMENT_KEY)
        .and_then(|image| image.sign(&DEVELOPMENT_SEED))
        .expect("the image is built");
    let verified = Image::parse(&image)
        .and_then(|image| image.verify(&Keys::NONE.accept_development(), Version::new(0, 1, 0)))
        .expect("the image verifies");
    let mut host = Host::<_, 1>::new(Board, Policy::same(POLICY)).with::<sum::Capability>();
    host.load(SLOT, &verified).expect("the plugin is loaded");

    match what {
        "echo" => {
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
        "calls" => host
            .call(SLOT, &storm::Calls { times: count })
            .expect("the plugin calls"),
        _ => 0,
    }
}
