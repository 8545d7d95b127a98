//! What a sender is answered, in the form in which it has sent.

use super::{Form, Outcome};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsPartialSuccess, ExportMetricsServiceResponse};
use prost::Message;

/// `google.rpc.Status`: how a request is refused as a whole. Its code is left out, since OTLP does not use it.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(string, tag = "2")]
    message: String,
}

impl Form {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }

    /// The form that a media type names, whatever parameters it has.
    pub fn of(media_type: &str) -> Option<Self> {
        let name = media_type.split(';').next().unwrap_or_default().trim();
        [Self::Protobuf, Self::Json].into_iter().find(|form| form.media_type().eq_ignore_ascii_case(name))
    }

    /// The body that tells why a request is refused as a whole.
    pub fn refusal(self, message: &str) -> Vec<u8> {
        match self {
            Self::Protobuf => Status { message: message.to_owned() }.encode_to_vec(),
            Self::Json => serde_json::json!({ "message": message }).to_string().into_bytes(),
        }
    }
}

impl Outcome {
    /// The body of the answer: an export response, which tells how many points were refused and why.
    pub fn answer(&self, form: Form) -> Vec<u8> {
        let rejected = self.refused.total();
        let message = self.refused.to_string();
        match form {
            Form::Json if rejected == 0 => b"{}".to_vec(),
            // Whole numbers of 64 bits are texts in the JSON of protobuf.
            Form::Json => serde_json::json!({
                "partialSuccess": { "rejectedDataPoints": rejected.to_string(), "errorMessage": message }
            })
            .to_string()
            .into_bytes(),
            Form::Protobuf => {
                let rejected_data_points = i64::try_from(rejected).unwrap_or(i64::MAX);
                let partial = ExportMetricsPartialSuccess { rejected_data_points, error_message: message };
                ExportMetricsServiceResponse { partial_success: (rejected > 0).then_some(partial) }.encode_to_vec()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::received::Refusal;

    #[test]
    fn a_media_type_names_a_form_whatever_its_parameters() {
        for (media_type, form) in [
            ("application/x-protobuf", Some(Form::Protobuf)),
            ("application/json; charset=utf-8", Some(Form::Json)),
            ("Application/JSON", Some(Form::Json)),
            ("text/plain", None),
            ("", None),
        ] {
            assert_eq!(Form::of(media_type), form, "{media_type}");
        }
    }

    #[test]
    fn an_answer_tells_what_was_refused_and_is_empty_when_nothing_was() {
        let mut outcome = Outcome { taken: 5, ..Outcome::default() };
        assert_eq!(outcome.answer(Form::Json), b"{}");
        assert!(outcome.answer(Form::Protobuf).is_empty());
        outcome.refused.add(Refusal::Past, 2);
        let json: serde_json::Value = serde_json::from_slice(&outcome.answer(Form::Json)).unwrap();
        assert_eq!(json["partialSuccess"]["rejectedDataPoints"], "2");
        let decoded = ExportMetricsServiceResponse::decode(&outcome.answer(Form::Protobuf)[..]).unwrap();
        let partial = decoded.partial_success.unwrap();
        assert_eq!(partial.rejected_data_points, 2);
        assert!(partial.error_message.contains("2 because its time is too long ago"), "{partial:?}");
    }
}
