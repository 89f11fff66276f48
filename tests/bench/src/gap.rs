//! How long a main loop waits for one slice.

use corelet_abi::{Call, Codec, CodecError, Function, Shape, Writer};
use corelet_admission::admit;
use corelet_host::{Budget, Fuel, Host, Limits, Policy, Report, SlotId, SlotPolicy};
use corelet_image::{Image, Keys, Verified};

use crate::corelet::Board;
use crate::nothing::Nothing;

/// A program whose slices are long.
pub struct Program {
    /// What it is called.
    pub name: &'static str,
    /// Its signed image.
    pub image: &'static [u8],
    /// How many calls are open at a time.
    pub calls: u32,
}

impl Program {
    /// The most fuel that a slice of so much uses up.
    ///
    /// # Panics
    /// If it is not admitted.
    pub fn fuel(&self, slice: u64) -> u64 {
        let image = Image::parse(self.image).expect("an image");
        let keys = Keys::NONE.accept_development();
        let image = image.verify(&keys, corelet_host::VERSION);
        let module = image.expect("a signed image").module();
        let admitted = admit(module, &Limits::DEVICE, &Nothing).expect("the program is admitted");
        let budget = Budget {
            recursion: self.calls,
            ..POLICY.budget
        };
        budget.slice_fuel(&admitted, slice)
    }
}

/// All of them.
pub const PROGRAMS: &[Program] = include!(concat!(env!("OUT_DIR"), "/gaps.rs"));

/// The slices that are measured.
pub const SLICES: [u64; 3] = [1_000, 10_000, 100_000];

/// How many slices a program may take to be suspended as often as it is measured.
const SLICES_MAX: u32 = 10_000;

const SLOT: SlotId = SlotId(0);

const POLICY: SlotPolicy = SlotPolicy {
    limits: Limits::DEVICE,
    // As a policy may allow, for functions with many locals.
    budget: Budget {
        stack: 8_192,
        heap: 65_536,
        ..Budget::DEVICE
    },
    fuel_per_call: 1 << 32,
    ..SlotPolicy::DEVICE
};

/// A call of as many rounds as its request has bytes.
struct Rounds;

impl Function for Rounds {
    const INTERFACE: &'static str = "corelet:bench/rounds@0.1.0";
    const NAME: &'static str = "rounds";
    const SHAPE: Shape = Shape(1);
    type Request = ();
    type Response = ();
}

impl Call for Rounds {
    type Function = Self;

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), CodecError> {
        (0..1_000).try_for_each(|_| u8::encode(&0, writer))
    }
}

/// The longest of some slices of so much fuel, as `now` counts, the host's own work included.
///
/// # Panics
/// If the program is not loaded, fails, or is not suspended.
pub fn measure(image: &Verified<'_>, slice: u64, now: impl Fn() -> u64) -> u64 {
    // Several rounds of the program, so that a slice ends wherever the next one is long.
    let count = (200_000 / slice).max(3);
    let mut host = Host::<_, 1>::new(Board, Policy::same(POLICY));
    host.load(SLOT, image).expect("the program is loaded");
    let mut ticket = host.start(SLOT, &Rounds).expect("the program is called");
    let (mut longest, mut suspended) = (0, 0);
    for _ in 0..SLICES_MAX {
        if suspended == count {
            return longest;
        }
        let start = now();
        let report = host.run(Fuel(slice));
        longest = longest.max(now().wrapping_sub(start));
        if report == (Report::Suspended { slot: SLOT }) {
            suspended += 1;
        } else {
            let answer = host.take(ticket).expect("the program has ended");
            answer.expect("the program answers");
            ticket = host.start(SLOT, &Rounds).expect("the program is called");
        }
    }
    panic!("the program is suspended {suspended} times in {SLICES_MAX} slices")
}
