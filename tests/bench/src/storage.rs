//! What plugins pay for their data, and what it takes of the board: through the host, in a store that is empty, and in one that has no
//! room for more.

use corelet_abi::{Codec, Function, NameKey, decode, encode};
use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::capability::storage::functions::{Delete, Exists, Get, ListKeys, Set};
use corelet_host::capability::storage::{self, KEY_MAX, Store, VALUE_MAX};
use corelet_host::{Allow, Host, Policy, SlotId, SlotPolicy};
use corelet_image::{Image, Keys};

use crate::FUEL;

/// Some calls of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What they were.
    pub name: &'static str,
    /// Their fuel.
    pub fuel: u64,
    /// Their time, as `now` counts.
    pub time: u64,
    /// The longest of them.
    pub longest: u64,
}

/// A plugin that hands each request on to a function of the store.
const IMAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/keeper.corelet"));

const SLOT: SlotId = SlotId(0);

const POLICY: SlotPolicy = SlotPolicy {
    fuel_per_call: FUEL,
    allow: &[Allow::all("corelet:host/storage")],
    ..SlotPolicy::DEVICE
};

/// So many changes make the journal move several times.
const MANY: u32 = 200;

/// A key of all the bytes that it may have, and like the others but for the last ones.
fn key(number: u16) -> [u8; KEY_MAX] {
    let mut key = [b'k'; KEY_MAX];
    let mut rest = number;
    for digit in key.iter_mut().rev().take(4) {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    key
}

fn text(key: &[u8]) -> &str {
    core::str::from_utf8(key).expect("digits and letters")
}

struct Bench<B: 'static, N, T> {
    host: Host<B, 1>,
    now: N,
    note: T,
}

impl<B: Store + MonotonicClock + 'static, N: Fn() -> u64, T: FnMut(Taken)> Bench<B, N, T> {
    /// Calls a function of the store, and says what `read` makes of the answer.
    fn call<F: Function, R>(
        &mut self,
        taken: &mut Taken,
        request: &<F::Request as Codec>::Value<'_>,
        read: impl FnOnce(<F::Response as Codec>::Value<'_>) -> R,
    ) -> R {
        let mut buffer = [0; 192];
        let length = encode::<F::Request>(request, &mut buffer).expect("the request fits");
        let request = buffer.get(..length).unwrap_or_default();
        // As `build.rs` names it.
        let export = NameKey::of("corelet:bench/keeper@0.1.0", F::NAME);
        let start = (self.now)();
        let answer = self.host.call_encoded(SLOT, export, request);
        let time = (self.now)().wrapping_sub(start);
        let answer = decode::<F::Response>(answer.expect("the plugin answers"));
        let read = read(answer.expect("the answer is one"));
        taken.fuel += self.host.metrics(SLOT).fuel_last;
        taken.time += time;
        taken.longest = taken.longest.max(time);
        read
    }

    fn once<F: Function, R>(
        &mut self,
        name: &'static str,
        request: &<F::Request as Codec>::Value<'_>,
        read: impl FnOnce(<F::Response as Codec>::Value<'_>) -> R,
    ) -> R {
        let mut taken = Taken::none(name);
        let read = self.call::<F, R>(&mut taken, request, read);
        (self.note)(taken);
        read
    }

    fn set(&mut self, taken: &mut Taken, key: &[u8], value: &[u8]) -> bool {
        self.call::<Set, _>(taken, &(text(key), value), |answer| answer.is_ok())
    }

    fn empty(&mut self) {
        let absent = key(0);
        let name = "get, empty store";
        assert!(self.once::<Get, _>(name, &(text(&absent),), |answer| answer == Ok(None)));
        let name = "list-keys, empty store";
        assert!(self.once::<ListKeys, _>(name, &(None,), |answer| answer.is_ok()));
        let mut taken = Taken::none("set, empty store");
        assert!(self.set(&mut taken, &absent, &[1; VALUE_MAX]));
        (self.note)(taken);
        let name = "delete, empty store";
        assert!(self.once::<Delete, _>(name, &(text(&absent),), |answer| answer.is_ok()));
    }

    /// Writes as many values as there is room for, and returns how many.
    fn fill(&mut self) -> u16 {
        let mut taken = Taken::none("sets until it is full");
        let small = (1..).find(|number| !self.set(&mut taken, &key(*number), &[]));
        (self.note)(taken);
        // The longest value comes last, and so in place of some of the others.
        let last = small.unwrap_or(0);
        let mut taken = Taken::none("deletes");
        for number in 1..4 {
            let key = key(last.saturating_sub(number));
            assert!(self.call::<Delete, _>(&mut taken, &(text(&key),), |answer| answer.is_ok()));
        }
        assert!(self.set(&mut taken, &key(last), &[0; VALUE_MAX]));
        last
    }

    fn full(&mut self, last: u16) {
        let (absent, last, small) = (key(last.saturating_add(1)), key(last), key(1));
        let name = "get of none, full store";
        assert!(self.once::<Get, _>(name, &(text(&absent),), |answer| answer == Ok(None)));
        let name = "get of the longest, full store";
        let found = |answer: Result<Option<&[u8]>, storage::Error>| {
            answer.is_ok_and(|found| found.is_some())
        };
        assert!(self.once::<Get, _>(name, &(text(&last),), found));
        let name = "exists, full store";
        assert!(self.once::<Exists, _>(name, &(text(&last),), |answer| answer == Ok(true)));
        let name = "list-keys, full store";
        let cursor =
            self.once::<ListKeys, _>(name, &(None,), |answer| answer.map(|page| page.cursor));
        let name = "list-keys further on, full store";
        let cursor = cursor.expect("there are keys");
        assert!(self.once::<ListKeys, _>(name, &(cursor,), |answer| answer.is_ok()));
        let mut taken = Taken::none("set that finds no room, full store");
        assert!(!self.set(&mut taken, &absent, &[]));
        (self.note)(taken);

        let mut taken = Taken::none("sets of the longest, full store");
        for number in 0..MANY {
            assert!(self.set(&mut taken, &last, &[number as u8; VALUE_MAX]));
        }
        (self.note)(taken);
        let mut taken = Taken::none("sets of the shortest, full store");
        for number in 0..MANY {
            assert!(self.set(&mut taken, &small, &[number as u8]));
        }
        (self.note)(taken);
        let mut taken = Taken::none("deletes and sets, full store");
        for _ in 0..MANY / 2 {
            assert!(self.call::<Delete, _>(&mut taken, &(text(&small),), |answer| answer.is_ok()));
            assert!(self.set(&mut taken, &small, &[]));
        }
        (self.note)(taken);
    }
}

impl Taken {
    const fn none(name: &'static str) -> Self {
        Self {
            name,
            fuel: 0,
            time: 0,
            longest: 0,
        }
    }
}

/// Has a plugin do all that it may with the store of `board`, which is empty, and notes what that took.
///
/// # Panics
/// If anything fails.
pub fn measure<B: Store + MonotonicClock + 'static>(
    board: B,
    now: impl Fn() -> u64,
    note: impl FnMut(Taken),
) {
    let keys = Keys::NONE.accept_development();
    let image = Image::parse(IMAGE).expect("an image");
    let image = image.verify(&keys, corelet_host::VERSION);
    let mut host = Host::<_, 1>::new(board, Policy::same(POLICY)).with::<storage::Capability>();
    host.load(SLOT, &image.expect("a signed image"))
        .expect("the plugin is loaded");
    let mut bench = Bench { host, now, note };
    bench.empty();
    let last = bench.fill();
    bench.full(last);
}
