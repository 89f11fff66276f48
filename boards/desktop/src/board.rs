use std::io;
use std::path::Path;
use std::time::Duration;

use corelet_host::PluginId;
use corelet_host::capability::logging::{Level, Log};
use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::capability::sensor::{self, Channel, Reading, Sensors};
use corelet_host::capability::storage::{Store, StoreError, StoreFuel, VALUE_MAX};
use corelet_host::capability::wall_clock::{Datetime, WallClock};

use crate::storage::{self, Storage};
use crate::{Clock, Line, LogTo, Sensor, TimeOfDay};

/// The desktop as a board.
///
/// ```
/// use corelet_desktop::{Desktop, Sensor, Source};
/// use corelet_host::capability::sensor::Sensors;
/// use std::time::Duration;
///
/// let mut board = Desktop::in_virtual_time()
///     .with_sensor(Sensor::new(0, Source::Constant(21.5)))
///     .with_sensor(Sensor::new(1, "sine:20,5,60".parse()?));
/// board.advance(Duration::from_secs(15));
/// assert_eq!(board.read(1).unwrap().value, 25_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Desktop {
    /// The monotonic clock.
    pub clock: Clock,
    /// The wall clock.
    pub time_of_day: TimeOfDay,
    /// Where the lines of plugins go.
    pub log: LogTo,
    sensors: Vec<Sensor>,
    /// The channels of `sensors`, as the trait lends them.
    channels: Vec<Channel<'static>>,
    storage: Option<Storage>,
}

impl Desktop {
    /// A board whose time stands still until it is moved, and is the same in every run. It starts on the first of January 2026, keeps
    /// values in memory and lines too, and has no sensors.
    pub fn in_virtual_time() -> Self {
        Self {
            clock: Clock::stopped(),
            time_of_day: TimeOfDay::NEW_YEAR,
            log: LogTo::Memory(Vec::new()),
            sensors: Vec::new(),
            channels: Vec::new(),
            storage: storage::in_memory().ok(),
        }
    }

    /// A board in the computer's own time. It keeps values in memory, shows lines on the standard error stream, and has no sensors.
    pub fn in_real_time() -> Self {
        Self {
            clock: Clock::real(),
            time_of_day: TimeOfDay::System,
            log: LogTo::stderr(),
            ..Self::in_virtual_time()
        }
    }

    /// Adds a channel, or replaces the one of that number.
    #[must_use]
    pub fn with_sensor(mut self, sensor: Sensor) -> Self {
        self.set_sensor(sensor);
        self
    }

    /// Shows the lines of plugins elsewhere.
    #[must_use]
    pub fn with_log(mut self, log: LogTo) -> Self {
        self.log = log;
        self
    }

    /// Keeps values in a flash in the file at `path`, which is made if there is none.
    ///
    /// # Errors
    /// If the file cannot be opened or made, is no flash of this board, is damaged, or is in use.
    pub fn with_storage_in(mut self, path: &Path) -> io::Result<Self> {
        self.storage = Some(storage::in_file(path)?);
        Ok(self)
    }

    /// Has no storage.
    #[must_use]
    pub fn without_storage(mut self) -> Self {
        self.storage = None;
        self
    }

    /// Adds a channel, or replaces the one of that number.
    pub fn set_sensor(&mut self, sensor: Sensor) {
        let number = sensor.channel.number;
        self.sensors.retain(|other| other.channel.number != number);
        self.sensors.push(sensor);
        self.channels = self.sensors.iter().map(|sensor| sensor.channel).collect();
    }

    /// Lets time pass: waits if the board is in real time.
    pub fn advance(&mut self, duration: Duration) {
        self.clock.advance(duration);
    }

    /// Lets time pass until the monotonic clock says `instant`, in nanoseconds.
    pub fn advance_to(&mut self, instant: u64) {
        let left = instant.saturating_sub(self.clock.now());
        self.clock.advance(Duration::from_nanos(left));
    }

    /// Sets the wall clock, which goes on from there; none for one that was never set.
    pub fn set_time_of_day(&mut self, to: Option<Datetime>) {
        self.time_of_day = match to {
            Some(to) => TimeOfDay::Set {
                to: Duration::from_secs(to.seconds)
                    .saturating_add(Duration::from_nanos(to.nanoseconds.into())),
                at: self.clock.now(),
            },
            None => TimeOfDay::Unset,
        };
    }

    /// What plugins logged, the oldest first; nothing if it is shown and not kept.
    pub fn lines(&self) -> &[Line] {
        match &self.log {
            LogTo::Memory(lines) => lines,
            LogTo::Each(_) => &[],
        }
    }

    /// The value that `plugin`, signed with the development key, keeps under `key`, whatever it was granted.
    ///
    /// # Errors
    /// Those of the store.
    pub fn stored(&mut self, plugin: &str, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut buffer = [0; VALUE_MAX];
        Ok(self
            .get(PluginId::development(plugin), key, &mut buffer)?
            .map(<[u8]>::to_vec))
    }

    fn storage(&mut self) -> Result<&mut Storage, StoreError> {
        self.storage.as_mut().ok_or(StoreError::NoStore)
    }
}

impl MonotonicClock for Desktop {
    fn now(&mut self) -> u64 {
        self.clock.now()
    }

    fn resolution(&mut self) -> u64 {
        1
    }
}

impl WallClock for Desktop {
    fn now(&mut self) -> Option<Datetime> {
        self.time_of_day.now(self.clock.now())
    }

    fn resolution(&mut self) -> Datetime {
        Datetime {
            seconds: 0,
            nanoseconds: 1,
        }
    }
}

impl Log for Desktop {
    fn log(&mut self, plugin: &str, level: Level, context: &str, message: &str) {
        self.log.log(Line {
            plugin: plugin.into(),
            level,
            context: context.into(),
            message: message.into(),
        });
    }
}

impl Sensors for Desktop {
    fn channels(&self) -> &[Channel<'static>] {
        &self.channels
    }

    fn read(&mut self, channel: u8) -> Result<Reading, sensor::Error> {
        let sensor = self
            .sensors
            .iter()
            .find(|sensor| sensor.channel.number == channel)
            .ok_or(sensor::Error::NoSuchChannel)?;
        sensor.read(self.clock.now())
    }
}

impl Store for Desktop {
    fn fuel(&self) -> StoreFuel {
        self.storage.as_ref().map_or(StoreFuel::NONE, Store::fuel)
    }

    fn get<'b>(
        &mut self,
        owner: PluginId,
        key: &str,
        buffer: &'b mut [u8],
    ) -> Result<Option<&'b [u8]>, StoreError> {
        self.storage()?.get(owner, key, buffer)
    }

    fn set(&mut self, owner: PluginId, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.storage()?.set(owner, key, value)
    }

    fn delete(&mut self, owner: PluginId, key: &str) -> Result<bool, StoreError> {
        self.storage()?.delete(owner, key)
    }

    fn used(&mut self, owner: PluginId) -> Result<u32, StoreError> {
        self.storage()?.used(owner)
    }

    fn keys<'b>(
        &mut self,
        owner: PluginId,
        cursor: u64,
        buffer: &'b mut [u8],
    ) -> Result<Option<(&'b str, u64)>, StoreError> {
        self.storage()?.keys(owner, cursor, buffer)
    }
}
