use corelet_host::abi::{Codec, Shape, Status, Writer};
use corelet_host::capability::{sensor, storage};
use corelet_host::{
    Allow, AuditEntry, GrantError, ImportRefusal, PluginId, PluginName, Session, SlotId, Table,
};

use crate::Desktop;
use crate::host::table;

/// What one plugin sees of a host, without the plugin: the standard interfaces over a [`Desktop`], with the grants, quotas
/// and audit of a slot.
///
/// ```
/// use corelet_desktop::Simulator;
/// use corelet_host::abi::{Function, Status, encode};
/// use corelet_host::capability::monotonic_clock::functions::Now;
///
/// let mut simulator = Simulator::new("thermostat");
/// let mut response = [0; Now::RESPONSE_MAX];
/// let mut now = |simulator: &mut Simulator| {
///     simulator.call(Now::INTERFACE, Now::NAME, Now::SHAPE, &[], &mut response)
/// };
/// assert_eq!(now(&mut simulator), Err(Status::DENIED));
/// simulator.grant("corelet:host/monotonic-clock@0.1.0", &[])?;
/// assert_eq!(now(&mut simulator), Ok(1));
/// # Ok::<(), corelet_host::GrantError>(())
/// ```
pub struct Simulator {
    board: Desktop,
    table: Table<Desktop>,
    session: Session,
    plugin: PluginName,
}

impl Simulator {
    /// A plugin without grants on a board in virtual time. Of a name over 32 bytes the rest is cut off.
    pub fn new(plugin: &str) -> Self {
        Self::with_board(plugin, Desktop::in_virtual_time())
    }

    /// A plugin without grants.
    pub fn with_board(plugin: &str, board: Desktop) -> Self {
        let plugin = PluginName::cut(plugin);
        let id = PluginId::development(plugin.as_str());
        Self {
            board,
            table: table(),
            session: Session::new(SlotId(0), plugin, id),
            plugin,
        }
    }

    /// Grants an interface, for instance `corelet:host/storage@0.1.0`, with its encoded `grant` record as the manifest has it. One that
    /// the host does not have is no error: it is a vendor's.
    ///
    /// # Errors
    /// [`GrantError`] if `record` is no `grant` record of this interface.
    pub fn grant(&mut self, interface: &str, record: &[u8]) -> Result<(), GrantError> {
        self.session.grant(&self.table, interface, record, &[])
    }

    /// Grants all standard interfaces, without limits: channels 0 to 7, and as much storage as there is.
    ///
    /// # Errors
    /// [`GrantError`] if memory is full.
    pub fn grant_all(&mut self) -> Result<(), GrantError> {
        let sensor = sensor::Grant {
            channels: &[0, 1, 2, 3, 4, 5, 6, 7],
            reads_per_minute: None,
            reads_per_second: None,
        };
        let storage = storage::Grant {
            bytes: u32::MAX,
            writes_per_day: None,
        };
        for Allow { interface, .. } in Allow::STANDARD {
            let record = match *interface {
                "corelet:host/sensor" => record::<sensor::Grant<'static>>(&sensor),
                "corelet:host/storage" => record::<storage::Grant>(&storage),
                _ => Vec::new(),
            };
            self.grant(interface, &record)?;
        }
        Ok(())
    }

    /// Calls `function`, for instance `read`, of `interface`, for instance `corelet:host/sensor@0.1.0`, with an encoded request, and
    /// returns the length of the encoded response in `response`.
    ///
    /// # Errors
    /// [`Status::DENIED`] if it is not granted; [`Status::UNAVAILABLE`] if the host does not have it, or in another shape;
    /// [`Status::RESPONSE_BUFFER`] if `response` is smaller than its largest response; and what it refuses with itself.
    pub fn call(
        &mut self,
        interface: &str,
        function: &str,
        shape: Shape,
        request: &[u8],
        response: &mut [u8],
    ) -> Result<usize, Status> {
        let entry = match self.table.find(interface, function, Some(shape)) {
            Ok(entry) => entry,
            Err(ImportRefusal::NotGranted) => return Err(Status::DENIED),
            Err(_) => return Err(Status::UNAVAILABLE),
        };
        let known = self.table.function(entry).ok_or(Status::LOGIC_BUG)?;
        if response.len() < known.response_max {
            return Err(Status::RESPONSE_BUFFER);
        }
        self.session.enter(self.board.clock.now());
        self.table
            .call(entry, &mut self.board, &mut self.session, request, response)
    }

    /// The plugin's name.
    pub fn plugin(&self) -> &str {
        self.plugin.as_str()
    }

    /// The board.
    pub fn board(&self) -> &Desktop {
        &self.board
    }

    /// The board, to change it.
    pub fn board_mut(&mut self) -> &mut Desktop {
        &mut self.board
    }

    /// What was denied lately, the oldest first.
    pub fn audit(&self) -> impl Iterator<Item = &AuditEntry> {
        self.table.audit()
    }
}

fn record<C: Codec>(value: &C::Value<'_>) -> Vec<u8> {
    let mut bytes = vec![0; C::MAX];
    let mut writer = Writer::new(&mut bytes);
    // A record within its bounds fits its largest size.
    let _ = C::encode(value, &mut writer);
    let length = writer.length();
    bytes.truncate(length);
    bytes
}
