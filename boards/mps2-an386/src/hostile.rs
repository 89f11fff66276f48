use corelet_host::abi::{
    Call, Codec, CodecError, Function, NameKey, Reader, ResponseOf, Shape, Writer,
};
use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::plugin::ticker::Tick;
use corelet_host::{
    Blame, CallError, Failure, Fault, Fuel, Host, LoadError, Report, SlotId, SlotState, Stop,
    Ticket,
};
use corelet_image::Verified;

/// Where the good plugin is.
pub const GOOD: SlotId = SlotId(0);
/// Where the plugins of the hostile set come and go.
pub const HOSTILE: SlotId = SlotId(1);

/// The interface of what plugins export for tests only.
const TESTS: &str = "corelet:tests/plugin@1.0.0";

/// What exports are sent.
const REQUEST: &[u8] = b"hello";

/// More slices than a call has fuel for.
const SLICES_MAX: u32 = 100_000;

/// How a plugin of the hostile set is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Loaded and called, both to their end.
    Whole,
    /// Placed, and run in slices of so much fuel.
    Slices(Fuel),
    /// The same, but a first call is cancelled after so many slices.
    Cancelled(Fuel, u32),
    /// Placed, and unloaded after so many slices: within `init`, or within the first call.
    Unloaded(Fuel, u32),
}

impl Way {
    /// Those in which each plugin is run on the board.
    pub const ON_BOARD: [Self; 4] = [
        Self::Whole,
        Self::Slices(Fuel(1_000)),
        Self::Cancelled(Fuel(20), 3),
        Self::Unloaded(Fuel(20), 5),
    ];

    /// Those in which each plugin is run where there is more time.
    pub const ALL: [Self; 8] = [
        Self::Whole,
        Self::Slices(Fuel(20)),
        Self::Slices(Fuel(1_000)),
        Self::Cancelled(Fuel(20), 3),
        Self::Cancelled(Fuel(500), 10),
        Self::Unloaded(Fuel(1), 1),
        Self::Unloaded(Fuel(20), 5),
        Self::Unloaded(Fuel(500), 12),
    ];

    const fn slice(self) -> Option<Fuel> {
        match self {
            Self::Whole => None,
            Self::Slices(fuel) | Self::Cancelled(fuel, _) | Self::Unloaded(fuel, _) => Some(fuel),
        }
    }
}

/// What came of a plugin while it was in its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Why it was not loaded, if it was not, be it for what it is or for its `init`.
    pub loaded: Result<(), LoadError>,
    /// Of each call that it exports and that was not cut short: the length of the answer or the error, and the fuel, 0 if it was
    /// not entered.
    pub calls: [Option<(Result<usize, CallError>, u64)>; 3],
    /// Whether it was within a call, or within `init`, when that was cancelled or the plugin unloaded.
    pub interrupted: bool,
    /// Whether the good plugin answered then.
    pub neighbour: bool,
}

/// Puts a plugin beside the good one, calls it, and unloads it. `round` is what the main loop does besides: it comes before each
/// slice, and before each call that is not in slices.
pub fn stay<B: MonotonicClock + 'static, const SLOTS: usize>(
    host: &mut Host<B, SLOTS>,
    image: &Verified<'_>,
    way: Way,
    round: &mut dyn FnMut(),
) -> Stay {
    let slice = way.slice();
    let mut visit = Visit { host, slice, round };
    let mut stay = Stay {
        loaded: visit.load(image),
        calls: [None; 3],
        interrupted: false,
        neighbour: true,
    };
    if let (Ok(()), Way::Unloaded(_, slices)) = (stay.loaded, way) {
        let _ = visit.interrupt(slices, &mut stay);
    } else if stay.loaded.is_ok() {
        stay.loaded = visit.initialise();
    }
    if let (Ok(()), Way::Cancelled(_, slices)) = (stay.loaded, way) {
        if let Some(ticket) = visit.interrupt(slices, &mut stay) {
            visit.host.cancel(ticket);
        }
        stay.loaded = visit.initialise();
    }
    if stay.loaded.is_ok() && !matches!(way, Way::Unloaded(..)) {
        stay.calls = [
            visit.call(&Run, |bytes| bytes.len()),
            visit.call(&Run, |bytes| bytes.len()),
            visit.call(&Tick {}, |_| 0),
        ];
    }
    host.unload(HOSTILE);
    stay
}

/// Whether the good plugin answers.
pub fn neighbour_answers<B: MonotonicClock + 'static, const SLOTS: usize>(
    host: &mut Host<B, SLOTS>,
) -> bool {
    host.call_encoded(GOOD, NameKey::of(TESTS, "echo"), REQUEST) == Ok(REQUEST)
}

struct Visit<'v, B: 'static, const SLOTS: usize> {
    host: &'v mut Host<B, SLOTS>,
    /// None for calls to their end.
    slice: Option<Fuel>,
    round: &'v mut dyn FnMut(),
}

impl<B: MonotonicClock + 'static, const SLOTS: usize> Visit<'_, B, SLOTS> {
    fn load(&mut self, image: &Verified<'_>) -> Result<(), LoadError> {
        (self.round)();
        match self.slice {
            None => self.host.load(HOSTILE, image),
            Some(_) => self.host.place(HOSTILE, image),
        }
    }

    /// Runs until the plugin has been initialised or will not be. A plugin that failed at it is no different from one that was
    /// refused for it.
    fn initialise(&mut self) -> Result<(), LoadError> {
        for _ in 0..SLICES_MAX {
            match self.host.state(HOSTILE) {
                SlotState::Starting {
                    blame: Blame::Board,
                    ..
                } => return Err(Failure::from(CallError::Stopped(Stop::HeapFull)).into()),
                SlotState::Starting { .. } => {}
                SlotState::Faulted(Fault::NotInitialised(failure)) => return Err(failure.into()),
                _ => return Ok(()),
            }
            self.run();
        }
        Err(Failure::from(CallError::Busy(HOSTILE)).into())
    }

    /// Runs so many slices, of `init` if that was not called, and then of a call, and looks what the plugin is at.
    fn interrupt(&mut self, slices: u32, stay: &mut Stay) -> Option<Ticket<Run>> {
        let mut ticket = self.host.start(HOSTILE, &Run).ok();
        for _ in 0..slices {
            stay.interrupted = self.run();
            if ticket.is_none() {
                ticket = self.host.start(HOSTILE, &Run).ok();
            }
        }
        stay.neighbour = neighbour_answers(self.host);
        ticket
    }

    /// A call; none if the plugin does not export it.
    fn call<C: Call>(
        &mut self,
        call: &C,
        length: fn(ResponseOf<'_, C>) -> usize,
    ) -> Option<(Result<usize, CallError>, u64)> {
        let calls = self.host.metrics(HOSTILE).calls;
        let result = if self.slice.is_some() {
            self.call_in_slices(call, length)
        } else {
            (self.round)();
            self.host.call(HOSTILE, call).map(length)
        };
        let missing = matches!(result, Err(CallError::NoSuchExport { .. }));
        let metrics = self.host.metrics(HOSTILE);
        let fuel = if metrics.calls == calls {
            0
        } else {
            metrics.fuel_last
        };
        (!missing).then_some((result, fuel))
    }

    fn call_in_slices<C: Call>(
        &mut self,
        call: &C,
        length: fn(ResponseOf<'_, C>) -> usize,
    ) -> Result<usize, CallError> {
        let ticket = self.host.start(HOSTILE, call)?;
        for _ in 0..SLICES_MAX {
            self.run();
            if let Some(result) = self.host.take(ticket) {
                let result = result.map(length);
                // What comes of it is for the next call to see.
                let _ = self.initialise();
                return result;
            }
        }
        Err(CallError::Busy(HOSTILE))
    }

    /// Gives out one slice, and tells whether it ended within a call of the plugin.
    fn run(&mut self) -> bool {
        (self.round)();
        let report = self.host.run(self.slice.unwrap_or(Fuel::ALL));
        report == Report::Suspended { slot: HOSTILE }
    }
}

/// The test export `run`, which takes bytes and gives bytes.
struct Run;

impl Function for Run {
    const INTERFACE: &'static str = TESTS;
    const NAME: &'static str = "run";
    const SHAPE: Shape = Shape(0);
    type Request = Message;
    type Response = Message;
}

impl Call for Run {
    type Function = Self;

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), CodecError> {
        writer.bytes(REQUEST)
    }
}

/// A message that is what it is.
struct Message;

impl Codec for Message {
    type Value<'a> = &'a [u8];

    const MAX: usize = u32::MAX as usize;

    fn encode(value: &&[u8], writer: &mut Writer<'_>) -> Result<(), CodecError> {
        writer.bytes(value)
    }

    fn read<'a>(reader: &mut Reader<'a>) -> &'a [u8] {
        let length = reader.rest().len();
        reader.bytes(length)
    }
}
