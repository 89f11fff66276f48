mod alarm;
#[allow(unsafe_code)]
mod faults;
#[allow(unsafe_code)]
mod flash;
#[allow(unsafe_code)]
mod heap;
mod i2c;
#[allow(unsafe_code)]
mod interrupts;
mod monotonic_clock;
#[allow(unsafe_code)]
mod peripherals;
mod sensor;
#[allow(unsafe_code)]
mod stack;
mod timer;

use defmt_semihosting as _;
use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};

extern crate alloc;

defmt::timestamp!("{=u64:us}", monotonic_clock::now() / 1_000);

#[cortex_m_rt::entry]
fn main() -> ! {
    heap::init();
    let p = peripherals::Peripherals::take().unwrap();
    monotonic_clock::start(p.timer0);
    alarm::start(p.timer1);
    interrupts::enable();
    let mut t = sensor::Thermometer::new(i2c::BitBang::new(p.i2c));
    let (mut f, images) = flash::Flash::new(p.psram);
    defmt::info!("first bytes {=[u8]:x}", images[..8]);
    let d = corelet_board_support::DEVELOPMENT_FLASH.data().offset();
    let mut b = [0; 4];
    f.read(d, &mut b).unwrap();
    defmt::info!("data {=[u8]:x}", b);
    f.erase(d, d + 4096).unwrap();
    f.write(d, &[1, 2, 3, 4]).unwrap();
    f.write(d, &[0xff, 0xff, 1, 0]).unwrap();
    f.read(d, &mut b).unwrap();
    defmt::info!("data {=[u8]:x} {}", b, f.write(0, &b).is_err());
    let mut last = None;
    let v = alloc::vec![1u8; 1000];
    defmt::info!("heap {} {}", heap::used(), v.len());
    drop(v);
    heap::forget_peak();
    for _ in 0..500 {
        let v = t.milli_celsius();
        if v != last {
            defmt::info!("milli {}", v);
            last = v;
        }
        cortex_m::asm::wfi();
    }
    defmt::info!(
        "now {} wakes {} heap {} {} stack {}",
        monotonic_clock::now(),
        alarm::wakes(),
        heap::used(),
        heap::peak(),
        stack::peak()
    );
    if images[0] == 7 {
        panic!("x")
    }
    semihosting::process::exit(0)
}
