//! The standard interfaces, from a plugin's side.

use corelet_host::abi::{Function, decode};
use corelet_host::capability::sensor::{
    self, Channel, Reading, Sensors, Unit, functions::Channels,
};
use corelet_host::capability::storage::{
    self,
    functions::{Delete, Exists, Get, ListKeys, Set},
};
use corelet_host::{Blame, LoadError, PluginId, PluginName, Session, Table};
use corelet_image::KeyId;

use crate::board::{
    Board, ONE, SENSOR, STORAGE, TWO, TestHost, granted, host, load, record, relay,
};
use crate::module::Module;

fn with_storage(names: [&'static str; 2]) -> TestHost {
    let mut host = host();
    let grant = record::<storage::Grant>(&storage::Grant {
        bytes: 1_000,
        writes_per_day: None,
    });
    let module = Module::new()
        .relay::<Get>()
        .relay::<Set>()
        .relay::<Delete>()
        .relay::<Exists>()
        .relay::<ListKeys>();
    for (slot, name) in [ONE, TWO].into_iter().zip(names) {
        load(
            &mut host,
            slot,
            &granted(name, &[(STORAGE, &grant)]),
            &module,
        )
        .unwrap();
    }
    host
}

#[test]
fn a_value_is_kept_found_and_forgotten() {
    let mut host = with_storage(["a", "b"]);
    assert_eq!(relay::<Get>(&mut host, ONE, &("k",)), Ok(Ok(None)));
    assert_eq!(relay::<Exists>(&mut host, ONE, &("k",)), Ok(Ok(false)));
    let value = [7; storage::VALUE_MAX];
    relay::<Set>(&mut host, ONE, &("k", &value))
        .unwrap()
        .unwrap();
    assert_eq!(
        relay::<Get>(&mut host, ONE, &("k",)),
        Ok(Ok(Some(&value[..])))
    );
    assert_eq!(relay::<Exists>(&mut host, ONE, &("k",)), Ok(Ok(true)));
    relay::<Delete>(&mut host, ONE, &("k",)).unwrap().unwrap();
    assert_eq!(relay::<Get>(&mut host, ONE, &("k",)), Ok(Ok(None)));
}

#[test]
fn a_key_is_not_empty() {
    let mut host = with_storage(["a", "b"]);
    let denied = storage::Error::AccessDenied;
    assert_eq!(relay::<Get>(&mut host, ONE, &("",)), Ok(Err(denied)));
    assert_eq!(relay::<Set>(&mut host, ONE, &("", b"")), Ok(Err(denied)));
    assert_eq!(relay::<Delete>(&mut host, ONE, &("",)), Ok(Err(denied)));
}

#[test]
fn a_plugin_of_the_same_name_under_another_key_has_values_of_its_own() {
    type Capability = storage::Capability;
    let mut table = Table::<Board>::new().with::<Capability>();
    let mut board = Board::default();
    let grant = record::<storage::Grant>(&storage::Grant {
        bytes: 1_000,
        writes_per_day: None,
    });
    let name = PluginName::new("lock").unwrap();
    let [mut maker, mut other] = [KeyId([1; 8]), KeyId([2; 8])].map(|key| {
        let mut session = Session::new(ONE, name, PluginId::of(key, "lock"));
        session.grant(&table, STORAGE, &grant, &[]).unwrap();
        session
    });
    let mut response = [0; Get::RESPONSE_MAX];
    let set = table.find(STORAGE, Set::NAME, Some(Set::SHAPE)).unwrap();
    let request = record::<<Set as Function>::Request>(&("pin", b"1234"));
    table
        .call(set, &mut board, &mut maker, &request, &mut response)
        .unwrap();
    let get = table.find(STORAGE, Get::NAME, Some(Get::SHAPE)).unwrap();
    let request = record::<<Get as Function>::Request>(&("pin",));
    let mut found = |session: &mut Session| {
        let length = table.call(get, &mut board, session, &request, &mut response);
        response[..length.unwrap()].to_vec()
    };
    assert_eq!(found(&mut maker), *b"\0\x01\x041234");
    assert_eq!(found(&mut other), *b"\0\0");
}

#[test]
fn a_name_runs_in_one_slot() {
    let mut host = with_storage(["a", "b"]);
    host.unload(TWO);
    let again = load(&mut host, TWO, &granted("a", &[]), &Module::new());
    let taken = LoadError::NameTaken {
        name: PluginName::new("a").unwrap(),
        slot: ONE,
    };
    assert_eq!(again, Err(taken));
    assert_eq!(taken.blame(), Blame::Host);
    host.unload(ONE);
    load(&mut host, TWO, &granted("a", &[]), &Module::new()).unwrap();
}

#[test]
fn plugins_do_not_see_each_others_values() {
    let mut host = with_storage(["a", "b"]);
    relay::<Set>(&mut host, ONE, &("k", b"1")).unwrap().unwrap();
    relay::<Set>(&mut host, TWO, &("k", b"2")).unwrap().unwrap();
    assert_eq!(
        relay::<Get>(&mut host, ONE, &("k",)),
        Ok(Ok(Some(&b"1"[..])))
    );
    relay::<Delete>(&mut host, TWO, &("k",)).unwrap().unwrap();
    assert_eq!(
        relay::<Get>(&mut host, ONE, &("k",)),
        Ok(Ok(Some(&b"1"[..])))
    );
}

#[test]
fn a_value_outlives_the_plugin() {
    let mut host = with_storage(["a", "b"]);
    relay::<Set>(&mut host, ONE, &("k", b"1")).unwrap().unwrap();
    host.unload(ONE);
    let module = Module::new().relay::<Get>();
    load(&mut host, ONE, &granted("a", &[(STORAGE, &[])]), &module).unwrap();
    assert_eq!(
        relay::<Get>(&mut host, ONE, &("k",)),
        Ok(Ok(Some(&b"1"[..])))
    );
}

#[test]
fn keys_are_listed_in_parts() {
    let mut host = with_storage(["a", "b"]);
    let longest = "k".repeat(storage::KEY_MAX);
    let keys = ["k0", "k1", "k2", "k3", "k4", &longest];
    for key in keys {
        relay::<Set>(&mut host, ONE, &(key, b"")).unwrap().unwrap();
    }
    relay::<Set>(&mut host, TWO, &("other", b""))
        .unwrap()
        .unwrap();
    let mut found = Vec::new();
    let mut parts = Vec::new();
    let mut cursor = None;
    loop {
        let part = relay::<ListKeys>(&mut host, ONE, &(cursor,))
            .unwrap()
            .unwrap();
        parts.push(part.keys.len());
        found.extend(part.keys.iter().map(String::from));
        cursor = part.cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, keys);
    assert_eq!(parts, [4, 2]);
}

#[test]
fn channels_are_those_that_are_granted() {
    let mut host = host();
    let grant = record::<sensor::Grant<'static>>(&sensor::Grant {
        channels: &[7, 3, 0],
        reads_per_minute: None,
        reads_per_second: None,
    });
    let module = Module::new().relay::<Channels>();
    load(
        &mut host,
        ONE,
        &granted("reader", &[(SENSOR, &grant)]),
        &module,
    )
    .unwrap();
    let channels = relay::<Channels>(&mut host, ONE, &()).unwrap();
    let channels: Vec<_> = channels.iter().map(|one| (one.number, one.name)).collect();
    assert_eq!(channels, [(0, "inside"), (7, "battery")]);
}

struct Crowded;

impl Sensors for Crowded {
    fn channels(&self) -> &[Channel<'static>] {
        const CHANNEL: Channel<'static> = Channel {
            number: 0,
            name: "one of nine",
            unit: Unit::None,
        };
        &[CHANNEL; 9]
    }

    fn read(&mut self, _: u8) -> Result<Reading, sensor::Error> {
        Err(sensor::Error::NotReady)
    }
}

#[test]
fn of_more_channels_than_the_contract_bounds_the_first_are_seen() {
    let mut table = Table::new().with::<sensor::Capability>();
    let mut session = Session::new(ONE, PluginName::EMPTY, PluginId::development(""));
    let grant = record::<sensor::Grant<'static>>(&sensor::Grant {
        channels: &[0],
        reads_per_minute: None,
        reads_per_second: None,
    });
    session.grant(&table, SENSOR, &grant, &[]).unwrap();
    let entry = table
        .find(SENSOR, "channels", Some(Channels::SHAPE))
        .unwrap();
    let mut response = [0; Channels::RESPONSE_MAX];
    let length = table.call(entry, &mut Crowded, &mut session, &[], &mut response);
    let response = &response[..length.unwrap()];
    let channels = decode::<<Channels as Function>::Response>(response).unwrap();
    assert_eq!(channels.len(), 8);
}
