//! Temperatures, where the machine has sensors.

use super::{SYSTEM, gauge};
use crate::{CollectError, Collector, Readings};
use miorai_model::{SeriesId, Unit, names};
use std::collections::HashMap;
use sysinfo::Components;

/// Asks the machine's sensors.
#[derive(Debug, Default)]
pub struct Temperature {
    components: Option<Components>,
    known: HashMap<String, Option<SeriesId>>,
}

impl Collector for Temperature {
    fn name(&self) -> &'static str {
        "temperature"
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let components = match &mut self.components {
            Some(components) => {
                // Sensors do not come and go while a machine runs: the list stays, its values are read.
                components.refresh(false);
                components
            }
            none => {
                let found = Components::new_with_refreshed_list();
                none.insert(found.map_err(|error| CollectError::read("the list of sensors", error))?)
            }
        };
        if components.is_empty() {
            return Err(CollectError::Unsupported { what: "a temperature sensor".to_owned() });
        }
        for component in components.iter() {
            let Some(degrees) = component.temperature() else { continue };
            let sensor = component.label();
            let id = if let Some(id) = self.known.get(sensor) {
                *id
            } else {
                let id = gauge(readings, SYSTEM, Unit::Celsius, names::TEMPERATURE, [("sensor", sensor)]);
                self.known.insert(sensor.to_owned(), id);
                id
            };
            readings.push(id, f64::from(degrees));
        }
        Ok(())
    }
}
