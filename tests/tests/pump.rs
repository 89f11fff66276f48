//! A vendor's interface, served by a vendor's board: grants, types and shapes as for the standard ones.

use corelet_host::abi::{Codec, Function, Shape};
use corelet_host::capability::logging;
use corelet_host::{Allow, Denial, Host, LoadError, Policy, SlotId, SlotPolicy};
use corelet_image::{Image, Keys};
use corelet_tests::pump::{Pump, motor};
use corelet_tests::{Plugin, export_key, manifest, message, signed, with_grant};

type SetSpeed = motor::functions::SetSpeed;
type Measure = motor::functions::Measure;

const SLOT: SlotId = SlotId(0);

/// Motors up to 2,000 rpm.
const POLICY: SlotPolicy = SlotPolicy {
    allow: &[
        Allow::all("corelet:host/logging"),
        Allow::up_to("vendor:pump/motor", |limit| {
            motor::Grant::encode(&motor::Grant { max_rpm: 2_000 }, limit)
        }),
    ],
    ..SlotPolicy::DEVICE
};

fn host() -> Host<Pump, 1> {
    Host::new(Pump::new(), Policy::same(POLICY))
        .with::<logging::Capability>()
        .with::<motor::Capability>()
}

fn load(host: &mut Host<Pump, 1>, image: &[u8]) -> Result<(), LoadError> {
    let keys = Keys::NONE.accept_development();
    let image = Image::parse(image).unwrap();
    host.load(SLOT, &image.verify(&keys, corelet_host::VERSION).unwrap())
}

/// An image of `plugin` that asks for motors up to `max_rpm`.
fn image(plugin: &Plugin, max_rpm: u16) -> Vec<u8> {
    let record = message::<motor::Grant>(&motor::Grant { max_rpm });
    let manifest = with_grant(manifest("guard"), SetSpeed::INTERFACE, &record);
    signed(&manifest, &plugin.build())
}

/// What the plugin, which relays, gets from `F`.
fn relay<F: Function>(
    host: &mut Host<Pump, 1>,
    request: &<F::Request as Codec>::Value<'_>,
) -> Vec<u8> {
    let request = message::<F::Request>(request);
    let answer = host
        .call_encoded(SLOT, export_key(F::NAME), &request)
        .unwrap();
    answer[4..].to_vec()
}

#[test]
fn the_motor_turns_as_fast_as_manifest_and_policy_both_allow() {
    let plugin = Plugin::new().relay::<SetSpeed>().relay::<Measure>();
    for (asked, allowed) in [(3_000, 2_000), (500, 500)] {
        let mut host = host();
        load(&mut host, &image(&plugin, asked)).unwrap();
        let ok = message::<Result<(), motor::Error>>(&Ok(()));
        assert_eq!(relay::<SetSpeed>(&mut host, &(allowed,)), ok);
        let refused = message::<Result<(), motor::Error>>(&Err(motor::Error::OutOfRange));
        assert_eq!(relay::<SetSpeed>(&mut host, &(allowed + 1,)), refused);

        let status = motor::Status {
            rpm: allowed,
            milliamps: u32::from(allowed) / 10,
        };
        let measured = message::<Result<motor::Status, motor::Error>>(&Ok(status));
        assert_eq!(relay::<Measure>(&mut host, &()), measured);

        let denials: Vec<_> = host
            .audit()
            .map(|entry| (entry.function, entry.denial))
            .collect();
        assert_eq!(denials, [("set-speed", Denial::Grant)]);
    }
}

#[test]
fn a_plugin_that_was_built_for_another_motor_is_refused() {
    let other = Shape(SetSpeed::SHAPE.0 + 1);
    let plugin = Plugin::new().import(SetSpeed::INTERFACE, SetSpeed::NAME, other);
    let error = load(&mut host(), &image(&plugin, 500)).unwrap_err();
    assert!(format!("{error:?}").contains("WrongShape"), "{error:?}");
}

#[test]
fn a_motor_that_was_not_asked_for_is_not_granted() {
    let plugin = Plugin::new().relay::<SetSpeed>();
    let image = signed(&manifest("guard"), &plugin.build());
    let error = load(&mut host(), &image).unwrap_err();
    assert!(format!("{error:?}").contains("NotGranted"), "{error:?}");
}
