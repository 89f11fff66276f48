//! A vendor's interface in the table, in two versions and two shapes, and the table without a host.

use std::time::Duration;

use corelet_host::abi::{Codec, Function, Shape, Status, decode, encode, meet_encoded};
use corelet_host::{
    Allow, CallError, Caller, Capability, Denial, Host, HostFunction, ImportRefusal, Interface,
    LoadError, MAX_INTERFACES, PluginId, PluginName, Policy, Session, SlotPolicy, Stop, Table,
    TableError, Version,
};

use crate::board::{Board, ONE, POLICY, TestHost, granted, load, relay};
use crate::module::Module;

/// `set-speed: func(rpm: u16) -> u16`, in the grant the highest speed and how often an hour.
struct SetSpeed<const MAJOR: u32, const SHAPE: u64>;

impl<const MAJOR: u32, const SHAPE: u64> Function for SetSpeed<MAJOR, SHAPE> {
    const INTERFACE: &'static str = if MAJOR == 1 {
        "vendor:pump/motor@1.2.0"
    } else {
        "vendor:pump/motor@2.0.0"
    };
    const NAME: &'static str = "set-speed";
    const SHAPE: Shape = Shape(SHAPE);
    type Request = (u16,);
    type Response = u16;
}

impl<const MAJOR: u32, const SHAPE: u64> Capability<Board> for SetSpeed<MAJOR, SHAPE> {
    const INTERFACE: &'static Interface<Board> = &Interface {
        name: "vendor:pump/motor",
        version: Version::new(MAJOR, 0, 0),
        meet_grants: Some(meet_encoded::<(u16, u32)>),
        functions: &[HostFunction {
            name: "set-speed",
            shape: Shape(SHAPE),
            request_max: <(u16,)>::MAX,
            response_max: <u16 as Codec>::MAX,
            call: set_speed::<MAJOR, SHAPE>,
        }],
    };
}

/// Answers with the version and shape that were called, so that a test sees which it was.
fn set_speed<const MAJOR: u32, const SHAPE: u64>(
    _: &mut Board,
    cx: &mut Caller<'_>,
    request: &[u8],
    response: &mut [u8],
) -> Result<usize, Status> {
    let (rpm,) = decode::<(u16,)>(request).map_err(|_| Status::MALFORMED)?;
    let (max_rpm, per_hour) = cx.grant::<(u16, u32)>().unwrap_or((0, 0));
    if rpm > max_rpm {
        return Err(Status::DENIED);
    }
    cx.spend(1, per_hour, Duration::from_secs(3_600))?;
    cx.charge(u64::from(rpm));
    encode::<u16>(&((MAJOR * 100) as u16 + SHAPE as u16), response).map_err(|_| Status::LOGIC_BUG)
}

type Motor = SetSpeed<1, 1>;
type OtherShape = SetSpeed<1, 2>;
type OtherVersion = SetSpeed<2, 1>;

const ALLOW: SlotPolicy = SlotPolicy {
    allow: &[Allow::all("vendor:pump/motor")],
    ..POLICY
};

/// 3,000 rpm, twice an hour.
const GRANT: &[u8] = &[0xb8, 0x17, 2];

fn host() -> TestHost {
    Host::new(Board::default(), Policy::same(ALLOW))
        .with::<Motor>()
        .with::<OtherShape>()
        .with::<OtherVersion>()
}

fn motor<F: Function>(grants: &[(&str, &[u8])]) -> Result<TestHost, LoadError> {
    let mut host = host();
    load(
        &mut host,
        ONE,
        &granted("driver", grants),
        &Module::new().relay::<F>(),
    )?;
    Ok(host)
}

#[test]
fn every_version_and_shape_is_served_by_its_own_function() {
    let grants = [("vendor:pump/motor", GRANT)];
    let mut host = motor::<Motor>(&grants).unwrap();
    assert_eq!(relay::<Motor>(&mut host, ONE, &(0,)), Ok(101));
    let mut host = motor::<OtherShape>(&grants).unwrap();
    assert_eq!(relay::<OtherShape>(&mut host, ONE, &(0,)), Ok(102));
    let mut host = motor::<OtherVersion>(&grants).unwrap();
    assert_eq!(relay::<OtherVersion>(&mut host, ONE, &(0,)), Ok(201));
    assert!(matches!(
        motor::<SetSpeed<2, 2>>(&grants).err(),
        Some(LoadError::Refused(_))
    ));
}

#[test]
fn a_grant_of_one_version_is_none_of_another() {
    let grants = [("vendor:pump/motor@1.0.0", GRANT)];
    assert!(motor::<Motor>(&grants).is_ok());
    assert!(motor::<OtherVersion>(&grants).is_err());
}

#[test]
fn a_vendors_grant_and_quota_hold_as_the_standard_ones_do() {
    let mut host = motor::<Motor>(&[("vendor:pump/motor", GRANT)]).unwrap();
    let denied = |status| Err(CallError::Stopped(Stop::Refused(status)));
    assert_eq!(
        relay::<Motor>(&mut host, ONE, &(3_001,)),
        denied(Status::DENIED)
    );
    assert!(relay::<Motor>(&mut host, ONE, &(3_000,)).is_ok());
    assert!(relay::<Motor>(&mut host, ONE, &(1,)).is_ok());
    assert_eq!(relay::<Motor>(&mut host, ONE, &(1,)), denied(Status::QUOTA));
    let audit: Vec<_> = host.audit().map(|entry| entry.denial).collect();
    assert_eq!(audit, [Denial::Grant, Denial::Quota]);
}

mod generated {
    corelet_host::bindgen!({ path: "tests/wit", world: "pump" });
}

impl generated::motor::Host for Board {
    fn set_speed(&mut self, cx: &mut Caller<'_>, rpm: u16) -> Result<(), generated::motor::Error> {
        let grant = cx.grant::<generated::motor::Grant>();
        if grant.is_none_or(|grant| rpm > grant.max_rpm) {
            cx.deny();
            return Err(generated::motor::Error::OutOfRange);
        }
        Ok(())
    }
}

#[test]
fn bindings_of_a_vendors_contract_serve_it() {
    use generated::motor::{Capability, Error, functions::SetSpeed};
    let mut host = Host::<_, 2>::new(Board::default(), Policy::same(ALLOW)).with::<Capability>();
    let module = Module::new().relay::<SetSpeed>();
    let grants = [("vendor:pump/motor@1.0.0", GRANT)];
    load(&mut host, ONE, &granted("driver", &grants), &module).unwrap();
    assert_eq!(relay::<SetSpeed>(&mut host, ONE, &(3_000,)), Ok(Ok(())));
    let refused = Err(Error::OutOfRange);
    assert_eq!(relay::<SetSpeed>(&mut host, ONE, &(3_001,)), Ok(refused));
    assert_eq!(host.audit().count(), 1);
}

#[test]
fn a_plugin_pays_for_what_a_driver_charges() {
    let fuel = |rpm| {
        let mut host = motor::<Motor>(&[("vendor:pump/motor", GRANT)]).unwrap();
        relay::<Motor>(&mut host, ONE, &(rpm,)).unwrap();
        host.metrics(ONE).fuel_last
    };
    assert_eq!(fuel(3_000) - fuel(1_000), 2_000);
}

#[test]
fn a_charge_that_cannot_be_paid_ends_the_call() {
    let mut host = Host::<_, 2>::new(
        Board::default(),
        Policy::same(SlotPolicy {
            fuel_per_call: 2_000,
            ..ALLOW
        }),
    )
    .with::<Motor>();
    let grants = [("vendor:pump/motor", GRANT)];
    load(
        &mut host,
        ONE,
        &granted("driver", &grants),
        &Module::new().relay::<Motor>(),
    )
    .unwrap();
    let stopped = relay::<Motor>(&mut host, ONE, &(3_000,));
    assert_eq!(stopped, Err(CallError::Stopped(Stop::OutOfFuel)));
    assert!(relay::<Motor>(&mut host, ONE, &(1_000,)).is_ok());
}

#[test]
fn more_interfaces_than_the_table_holds_are_an_error() {
    let mut host = host();
    assert_eq!(host.check(), Ok(()));
    for _ in 3..MAX_INTERFACES {
        host = host.with::<Motor>();
    }
    assert_eq!(host.check(), Ok(()));
    host = host.with::<OtherShape>();
    let error = TableError::TooManyInterfaces("vendor:pump/motor");
    assert_eq!(host.check(), Err(error));
    let loaded = load(&mut host, ONE, &granted("any", &[]), &Module::new());
    assert_eq!(loaded, Err(LoadError::Table(error)));
}

/// Another version, whose grant is another record.
struct OtherGrant;

impl Capability<Board> for OtherGrant {
    const INTERFACE: &'static Interface<Board> = &Interface {
        meet_grants: Some(meet_encoded::<(u8,)>),
        ..*<OtherVersion as Capability<Board>>::INTERFACE
    };
}

#[test]
fn a_grant_that_fits_one_version_is_enough() {
    for table in [
        Table::new().with::<Motor>().with::<OtherGrant>(),
        Table::new().with::<OtherGrant>().with::<Motor>(),
    ] {
        let grant = |record| {
            let mut session = Session::new(ONE, PluginName::EMPTY, PluginId::development(""));
            session.grant(&table, "vendor:pump/motor", record, &[])
        };
        assert_eq!(grant(GRANT), Ok(()));
        assert!(grant(&[0xff, 0xff]).is_err());
    }
}

#[test]
fn a_table_serves_a_session_without_a_host() {
    let mut table = Table::new().with::<Motor>();
    let mut board = Board::default();
    let mut session = Session::new(
        ONE,
        PluginName::new("simulated").unwrap(),
        PluginId::development("simulated"),
    );
    let interface = <Motor as Function>::INTERFACE;
    let entry = table.find(interface, "set-speed", Some(Shape(1))).unwrap();
    assert_eq!(
        table.find(interface, "set-speed", Some(Shape(3))),
        Err(ImportRefusal::WrongShape { offered: Shape(1) })
    );
    let mut response = [0; 4];
    let mut call = |session: &mut Session, rpm| {
        let request = crate::board::record::<u16>(&rpm);
        table.call(entry, &mut board, session, &request, &mut response)
    };
    assert_eq!(call(&mut session, 1), Err(Status::DENIED));
    let table_of_names = Table::new().with::<Motor>();
    session
        .grant(&table_of_names, "vendor:pump/motor", GRANT, &[])
        .unwrap();
    assert_eq!(call(&mut session, 1), Ok(1));
    assert_eq!(call(&mut session, 1), Ok(1));
    assert_eq!(call(&mut session, 1), Err(Status::QUOTA));
    session.enter(3_600_000_000_000);
    assert_eq!(call(&mut session, 1), Ok(1));
    let audit: Vec<_> = table.audit().map(|entry| entry.denial).collect();
    assert_eq!(audit, [Denial::NotGranted, Denial::Quota]);
}
