//! `corelet check` says what a host does, for a board of the checkout and by an offer alike.

use std::path::Path;

use corelet_cli::check;
use corelet_desktop::Desktop;
use corelet_host::abi::Codec as _;
use corelet_host::capability::logging;
use corelet_host::{
    Allow, FirmwareOffer, Host, LoadError, PluginName, Policy, Session, SlotId, SlotPolicy, Table,
    judge,
};
use corelet_image::{Image, Keys};
use corelet_mps2_an386::{KEYS, POLICY, host};
use corelet_tests::pump::{Pump, WIT, motor};
use corelet_tests::{build_example, misbehaviour};

/// Whether a host takes the image; it may have failed since.
fn is_taken(image: &[u8]) -> bool {
    let Ok(image) =
        Image::parse(image).and_then(|image| image.verify(&KEYS, corelet_host::VERSION))
    else {
        return false;
    };
    let mut host = host(Desktop::in_virtual_time(), POLICY);
    matches!(
        host.load(SlotId(0), &image),
        Ok(()) | Err(LoadError::Init(_))
    )
}

/// Checks a plugin for the emulated board, by its offer, and with a host; all have to agree. A module alone is no image for a host.
#[track_caller]
fn agree(name: &str, plugin: &[u8], offer: &Path) {
    let board = check(name, plugin, None).unwrap();
    let by_offer = check(name, plugin, Some(offer)).unwrap();
    assert_eq!(by_offer, board, "{name}");
    if !plugin.starts_with(b"\0asm") {
        let expected = if is_taken(plugin) {
            "admitted"
        } else {
            "refused"
        };
        assert_eq!(by_offer["verdict"], expected, "{name}: {board}");
    }
}

#[test]
fn every_plugin_good_or_bad_is_judged_as_a_host_does() {
    let folder = tempfile::tempdir().unwrap();
    let offer = folder.path().join("mps2-an386.offer");
    std::fs::write(&offer, corelet_cli::offer(&[])).unwrap();
    for case in misbehaviour::cases() {
        agree(&case.name, &case.image, &offer);
    }
    for example in [
        "hello",
        "thermostat",
        "moving-average",
        "event-counter",
        "motor-guard",
        "misbehaving",
    ] {
        agree(example, &build_example(example), &offer);
    }
}

/// Motors, with a limit in the vendor's own terms.
const MOTORS: Policy<1> = Policy::same(SlotPolicy {
    allow: &[
        Allow::all("corelet:host/logging"),
        Allow::up_to("vendor:pump/motor", |limit| {
            motor::Grant::encode(&motor::Grant { max_rpm: 5_000 }, limit)
        }),
    ],
    ..SlotPolicy::DEVICE
});

/// The same with slow ones.
const SLOW: SlotPolicy = SlotPolicy {
    allow: &[
        Allow::all("corelet:host/logging"),
        Allow::up_to("vendor:pump/motor", |limit| {
            motor::Grant::encode(&motor::Grant { max_rpm: 2_000 }, limit)
        }),
    ],
    ..SlotPolicy::DEVICE
};

#[test]
fn a_vendors_offer_judges_for_the_vendors_board() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pump.offer");
    let table = Table::<Pump>::new()
        .with::<logging::Capability>()
        .with::<motor::Capability>();
    let offer = FirmwareOffer {
        name: "pump-fw",
        version: "3.1.0",
        board: "pump",
        target: "thumbv7em-none-eabihf",
        table: &table,
        slots: &MOTORS.slots,
        keys: Keys::NONE.accept_development(),
        contracts: &[WIT],
        describe: FirmwareOffer::<Pump>::PLAIN,
    };
    let text = offer.to_string();
    std::fs::write(&path, &text).unwrap();
    let guard = build_example("motor-guard");
    let image = Image::parse(&guard)
        .unwrap()
        .verify(&KEYS, corelet_host::VERSION)
        .unwrap();
    let mut host = Host::new(Pump::new(), MOTORS)
        .with::<logging::Capability>()
        .with::<motor::Capability>();
    host.load(SlotId(0), &image).unwrap();
    let verdict = check("guard", &guard, Some(&path)).unwrap();
    assert_eq!(verdict["verdict"], "admitted", "{verdict}");
    assert_eq!(verdict["device"]["firmware"], "pump-fw");
    let none = check("guard", &guard, None).unwrap();
    assert_eq!(none["refusal"]["reason"], "Import", "{none}");

    // What the vendor's code grants stands there by the names of the vendor's contract.
    for (policy, rpm) in [(MOTORS.slots[0], 3_000), (SLOW, 2_000)] {
        let slots = &[policy];
        std::fs::write(&path, FirmwareOffer { slots, ..offer }.to_string()).unwrap();
        let verdict = check("guard", &guard, Some(&path)).unwrap();
        let imports = verdict["imports"].as_array().unwrap();
        let motor = imports
            .iter()
            .find(|import| import["function"] == "set-speed");
        let motor = motor.unwrap();
        assert_eq!(motor["granted"]["max-rpm"], rpm, "{verdict}");
        let mut session = Session::new(SlotId(0), PluginName::cut("guard"), image.plugin_id());
        judge(
            &mut session,
            &table,
            &policy,
            image.manifest(),
            image.module(),
        )
        .unwrap();
        let granted = session.granted(&table, "vendor:pump/motor@1.0.0").unwrap();
        let granted: String = granted.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(motor["grant"], granted.as_str(), "as the firmware has it");
        assert_eq!(verdict["uncompared"].to_string(), "[]");
    }

    // Without the contract they cannot be compared, which is said.
    let slots = &[SLOW];
    let bare = FirmwareOffer {
        slots,
        contracts: &[],
        ..offer
    };
    std::fs::write(&path, bare.to_string()).unwrap();
    let verdict = check("guard", &guard, Some(&path)).unwrap();
    assert_eq!(verdict["uncompared"].to_string(), "[\"vendor:pump/motor\"]");

    // A firmware with another `measure`.
    let measure = text.find("name = \"measure\", shape = \"").unwrap();
    let digits = measure + "name = \"measure\", shape = \"".len();
    let (before, after) = text.split_at(digits);
    std::fs::write(&path, format!("{before}0123456789abcdef{}", &after[16..])).unwrap();
    let verdict = check("guard", &guard, Some(&path)).unwrap();
    let sentence = verdict["refusal"]["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("another signature (shape 0123456789abcdef)"),
        "{sentence}"
    );
}
