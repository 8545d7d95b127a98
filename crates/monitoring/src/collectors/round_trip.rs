//! Network latency: how long packets take to other machines and back.

use super::{OVERVIEW, gauge};
use crate::{CollectError, Collector, Readings};
use miorai_model::{SeriesId, Sketch, Unit, names};
use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_sock_diag::{
    SockDiagMessage,
    constants::{AF_INET, AF_INET6, IPPROTO_TCP},
    inet::{ExtensionFlags, InetRequest, InetResponse, SocketId, StateFlags, nlas::Nla},
};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_SOCK_DIAG};
use std::time::Duration;

/// The time between two looks: the kernel writes down every connection for each.
const PAUSE: Duration = Duration::from_secs(5);

/// Room for one part of the kernel's answer, which it sends in parts of at most this.
const PART: usize = 32 * 1_024;

/// Where the smoothed round trip time stands in the kernel's `struct tcp_info` (`linux/tcp.h`, `tcpi_rtt`), a 32-bit
/// number of microseconds. Newer kernels have appended to the structure and never changed its beginning.
const ROUND_TRIP_AT: usize = 68;

/// The median of the round trip times that the kernel has measured on the established TCP connections with other
/// machines. Nothing is sent. Without such connections there is no value.
#[derive(Default)]
pub struct RoundTrip {
    socket: Option<Socket>,
    series: Option<[Option<SeriesId>; 1]>,
    /// When it looked last, and what it found.
    looked: Option<Duration>,
    median: Option<f64>,
}

impl Collector for RoundTrip {
    fn name(&self) -> &'static str {
        "round_trip"
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let now = readings.monotonic();
        if self.looked.is_none_or(|looked| now.saturating_sub(looked) >= PAUSE) {
            self.looked = Some(now);
            self.median = None;
            self.median = self.round_trips()?.quantile(0.5);
        }
        let [series] = *self
            .series
            .get_or_insert_with(|| [gauge(readings, OVERVIEW, Unit::Seconds, names::NETWORK_ROUND_TRIP, [])]);
        if let Some(median) = self.median {
            readings.push(series, median);
        }
        Ok(())
    }
}

impl RoundTrip {
    /// The round trip times of all connections with other machines, in seconds.
    fn round_trips(&mut self) -> Result<Sketch, CollectError> {
        let mut found = Sketch::new();
        for (family, socket_id) in [(AF_INET, SocketId::new_v4()), (AF_INET6, SocketId::new_v6())] {
            let socket = match self.socket.take() {
                Some(socket) => socket,
                None => connect().map_err(failed)?,
            };
            ask(&socket, family, socket_id).map_err(failed)?;
            while read_part(&socket, &mut found)? {}
            // After an error the rest of an answer may still come: the next look begins with a socket of its own.
            self.socket = Some(socket);
        }
        Ok(found)
    }
}

fn failed(cause: impl std::fmt::Display) -> CollectError {
    CollectError::read("the kernel's list of TCP connections (netlink)", cause)
}

fn connect() -> std::io::Result<Socket> {
    let mut socket = Socket::new(NETLINK_SOCK_DIAG)?;
    socket.bind_auto()?;
    socket.connect(&SocketAddr::new(0, 0))?;
    Ok(socket)
}

/// Asks for the established connections of one family.
fn ask(socket: &Socket, family: u8, socket_id: SocketId) -> std::io::Result<()> {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    let request = InetRequest {
        family,
        protocol: IPPROTO_TCP,
        extensions: ExtensionFlags::INFO,
        states: StateFlags::ESTABLISHED,
        socket_id,
    };
    let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    socket.send(&bytes, 0).map(drop)
}

/// Reads one part of the answer; whether there are more.
fn read_part(socket: &Socket, found: &mut Sketch) -> Result<bool, CollectError> {
    let mut part = Vec::with_capacity(PART);
    socket.recv(&mut part, 0).map_err(failed)?;
    let mut rest = part.as_slice();
    while !rest.is_empty() {
        let message = NetlinkMessage::<SockDiagMessage>::deserialize(rest).map_err(failed)?;
        match message.payload {
            NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) => {
                if let Some(seconds) = round_trip(&response) {
                    found.add(seconds);
                }
            }
            NetlinkPayload::Done(_) => return Ok(false),
            NetlinkPayload::Error(error) => return Err(failed(error)),
            _ => {}
        }
        // Messages begin at multiples of four bytes.
        let length = (message.header.length as usize).next_multiple_of(4);
        rest = rest.get(length.max(4)..).unwrap_or_default();
    }
    Ok(true)
}

/// The round trip time of a connection with another machine, in seconds. Zero stands for one that was not measured.
fn round_trip(response: &InetResponse) -> Option<f64> {
    if response.header.socket_id.destination_address.to_canonical().is_loopback() {
        return None;
    }
    let of_info = |nla: &Nla| match nla {
        Nla::TcpInfo(info) => info.get(ROUND_TRIP_AT..)?.first_chunk().map(|bytes| u32::from_ne_bytes(*bytes)),
        _ => None,
    };
    let micros = response.nlas.iter().find_map(of_info).filter(|micros| *micros > 0)?;
    Some(f64::from(micros) / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{Read as _, Write as _},
        net::{TcpListener, TcpStream, UdpSocket},
    };

    /// An address of this machine that is not the loopback's, when it has one. Nothing is sent.
    fn own_address() -> Option<std::net::IpAddr> {
        let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
        socket.connect("192.0.2.1:9").ok()?;
        Some(socket.local_addr().ok()?.ip()).filter(|address| !address.is_loopback())
    }

    #[test]
    fn connections_with_other_addresses_are_measured_and_those_within_the_machine_are_not() {
        let Some(address) = own_address() else { return };
        let counted = || RoundTrip::default().round_trips().unwrap().count();
        let open = |address: std::net::IpAddr| {
            let listener = TcpListener::bind((address, 0)).unwrap();
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (mut server, _) = listener.accept().unwrap();
            // The kernel measures by what is acknowledged.
            for _ in 0..3 {
                client.write_all(b"ping").unwrap();
                server.read_exact(&mut [0; 4]).unwrap();
                server.write_all(b"pong").unwrap();
                client.read_exact(&mut [0; 4]).unwrap();
            }
            (client, server)
        };
        let before = counted();
        let _elsewhere = open(address);
        let after = counted();
        assert!(after >= before + 2, "both ends of it are counted: {before}, then {after}");
        let _within: Vec<_> = (0..20).map(|_| open("127.0.0.1".parse().unwrap())).collect();
        assert!(counted() < after + 20, "connections within the machine tell nothing of the network");
    }
}
