// SPDX-License-Identifier: LGPL-2.1-or-later
//! A first tour of the API: connect, look around, define a guest, start it, remove it.
//! The crate has an event loop, with timers and descriptors, but no callbacks for what guests do.
//!
//! usage: tour [URI]     (test:///default when none is given: a make-believe host inside the library)
use std::env;
use std::process::ExitCode;

use virt::connect::Connect;
use virt::domain::DomainState;
use virt::error::{clear_error_callback, Error, ErrorNumber};

fn look_around(conn: &Connect) -> Result<(), Error> {
    let word = |yes, when_yes, when_no| if yes { when_yes } else { when_no };
    for domain in conn.list_all_domains(0)? {
        println!("domain {} is {}", domain.name()?, word(domain.is_active()?, "running", "shut off"));
    }
    for network in conn.list_all_networks(0)? {
        println!("network {} is {}", network.name()?, word(network.is_active()?, "active", "inactive"));
    }
    for pool in conn.list_all_storage_pools(0)? {
        println!("pool {} is {}", pool.name()?, word(pool.is_active()?, "active", "inactive"));
    }
    Ok(())
}

/// What stands between `<memory unit='KiB'>` and the next `<`; crates such as quick-xml read all of it.
fn memory_of(xml: &str) -> Option<u64> {
    let (_, rest) = xml.split_once("<memory unit='KiB'>")?;
    rest.split_once('<')?.0.parse().ok()
}

fn tour(uri: &str) -> Result<(), Error> {
    let conn = Connect::open(Some(uri))?;
    let hypervisor = conn.driver_type()?;
    println!("connected to {hypervisor}");
    look_around(&conn)?;

    let kind = if hypervisor.eq_ignore_ascii_case("test") { "test" } else { "qemu" };
    let demo = conn.define_domain_xml(&format!(
        "<domain type='{kind}'>
           <name>demo</name><memory unit='MiB'>128</memory><vcpu>1</vcpu>
           <os><type>hvm</type></os>
         </domain>"
    ))?;
    println!("demo has {} KiB", memory_of(&demo.xml_desc(0)?).unwrap_or_default());

    demo.create()?;
    let (state, _reason) = demo.state()?;
    println!("demo is {}", if state == DomainState::Running.into() { "running" } else { "not running" });

    match conn.lookup_domain_by_name("nosuch") {
        Err(error) if error.code() == ErrorNumber::NoDomain.into() => println!("no domain nosuch"),
        Err(error) => return Err(error),
        Ok(_) => println!("there is a domain nosuch"),
    }

    demo.destroy()?; // pulls the plug; shutdown() asks the guest to do it
    demo.undefine()?;
    Ok(()) // what goes out of scope is freed, the connection last
}

fn main() -> ExitCode {
    clear_error_callback(); // errors are values here; print none on the side
    let uri = env::args().nth(1).unwrap_or_else(|| "test:///default".into());
    match tour(&uri) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
