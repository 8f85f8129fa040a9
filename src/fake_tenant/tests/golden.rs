//! What is served changes only on purpose: digests of every page and every record of every collection.

use sha2::{Digest, Sha256};

use super::{Client, collections, options};

/// Collection and digest. A new collection adds its line.
const GOLDEN: &str = "\
legal-entities 96001feeaada3a94
business-establishments d23146633910e210
departments ba22ef99a3844faa
professions b9155ef11c301be9
job-qualifications e35f9463f316ed17
occupation-categories 5720c2bc3b5c412c
employment-templates 8fd53a2973e31582
employees 1546fd6766e158e4
employee-personal-records cd2056088cd81cda
employments 9b88a585b69e08aa
job-positions 209929a5e4fdc7e9
probationary-periods 176b8750490f35e5
employee-attribute-definitions 4d5785e630edfd54
employee-attributes d7bb0fc401620dfa
taxonomies c4f6c8ca8c9c1275
taxonomy-labels 8b1c04a8025513f6";

#[test]
fn every_byte_is_as_it_was() {
    let client = Client::new(super::Options { seed: 7, ..options(60) });
    let digest = |collection: &str| {
        let mut digest = Sha256::new();
        let mut next = format!("{collection}?include=links,totalCount,embedded&limit=40");
        loop {
            let response = client.send(&next);
            assert_eq!(response.status(), 200, "{next}");
            digest.update(response.body());
            match super::json(&response)["links"]["next"]["href"].as_str() {
                Some(href) => next = href.to_owned(),
                None => break,
            }
        }
        client.tenant.record_texts(collection, "https://example.test").for_each(|text| digest.update(text));
        hex::encode(digest.finalize().first_chunk::<8>().unwrap())
    };
    let digests = collections().into_iter().map(|collection| format!("{collection} {}", digest(collection)));
    assert_eq!(digests.collect::<Vec<_>>().join("\n"), GOLDEN);
}
