//! The beginnings of the example plugins say what the whole modules say.

use corelet_admission::{Beginning, ImportRefusal, Limits, Offer, admit, admit_beginning};
use corelet_host::abi::Shape;
use corelet_image::Image;
use corelet_tests::build_example;
use fastrand::Rng;

const EXAMPLES: [&str; 6] = [
    "event-counter",
    "hello",
    "misbehaving",
    "motor-guard",
    "moving-average",
    "thermostat",
];

/// Offers what a module imports, and nothing else.
struct Imports(Vec<(String, String, Shape)>);

impl Imports {
    fn of(module: &[u8]) -> Self {
        let admitted = admit(module, &Limits::DEVICE, &Everything).unwrap();
        let imports = admitted.imports().map(|import| {
            let (interface, function) = (import.interface, import.function);
            (interface.to_owned(), function.to_owned(), import.shape)
        });
        Self(imports.collect())
    }
}

struct Everything;

impl Offer for Everything {
    fn import(&self, _: &str, _: &str, _: Option<Shape>) -> Result<u16, ImportRefusal> {
        Ok(0)
    }
}

impl Offer for Imports {
    fn import(
        &self,
        interface: &str,
        function: &str,
        shape: Option<Shape>,
    ) -> Result<u16, ImportRefusal> {
        let mut named = self.0.iter();
        let named = named.find(|(found, name, _)| found == interface && name == function);
        match named {
            None => Err(ImportRefusal::Unknown),
            Some((.., offered)) if shape == Some(*offered) => Ok(0),
            Some((.., offered)) => Err(ImportRefusal::WrongShape { offered: *offered }),
        }
    }
}

#[test]
fn each_is_short_and_no_change_of_it_is_refused_for_what_admission_takes() {
    let mut rng = Rng::with_seed(5);
    for name in EXAMPLES {
        let image = build_example(name);
        let image = Image::parse(&image).unwrap();
        let module = image.unverified_module();
        let offer = Imports::of(module);
        let Beginning::Whole(beginning) = Beginning::of(module) else {
            panic!("{name}");
        };
        let length = beginning.len();
        println!("{name}: {length} of {} bytes", module.len());
        assert!(length <= 500, "{name}: {length}");
        let declared = admit_beginning(beginning, &Limits::DEVICE, &offer).unwrap();
        let whole = admit(module, &Limits::DEVICE, &offer).unwrap();
        assert!(declared.exports().eq(whole.exports()), "{name}");

        let (mut refused, mut taken) = (0, 0);
        for _ in 0..2_000 {
            let mut changed = module.to_vec();
            for _ in 0..rng.usize(1..4) {
                changed[rng.usize(8..length)] ^= 1 << rng.u8(..8);
            }
            let Beginning::Whole(beginning) = Beginning::of(&changed) else {
                continue;
            };
            let begins = admit_beginning(beginning, &Limits::DEVICE, &offer);
            let whole = admit(&changed, &Limits::DEVICE, &offer);
            assert!(begins.is_ok() || whole.is_err(), "{name}: {begins:?}");
            refused += u32::from(begins.is_err());
            taken += u32::from(whole.is_ok());
        }
        assert!(refused > 500, "{name}: {refused} and {taken}");
    }
}
