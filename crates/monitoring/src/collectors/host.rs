//! What the machine is.

use miorai_model::host::Host;
use sysinfo::{CpuRefreshKind, System};

/// Asks the machine once. What it does not tell stays empty.
pub fn host() -> Host {
    let mut host = Host {
        name: System::host_name().unwrap_or_default(),
        os: System::long_os_version().unwrap_or_default(),
        kernel: System::kernel_version().unwrap_or_default(),
        architecture: System::cpu_arch(),
        ..Host::default()
    };
    if let Ok(mut system) = System::new() {
        system.refresh_memory();
        system.refresh_cpu_list(CpuRefreshKind::nothing());
        host.cpu_model = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned()).unwrap_or_default();
        host.cpu_count = system.cpus().len() as u32;
        host.memory_bytes = system.total_memory();
    }
    host
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_tells_what_it_is() {
        let host = host();
        assert!(!host.name.is_empty() && !host.kernel.is_empty(), "{host:?}");
        assert!(host.cpu_count > 0 && host.memory_bytes > 1_000_000, "{host:?}");
    }
}
