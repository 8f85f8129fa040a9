//! Countries as the older APIs name them, by the alpha-3 codes of API v5: `country_alpha3(text)`, for mapping queries.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, AsArray as _, StringArray},
    datatypes::DataType,
};
use datafusion::{
    common::exec_datafusion_err,
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
    prelude::SessionContext,
};

/// Makes the function known.
pub(super) fn give(context: &SessionContext) {
    let signature = Signature::exact(vec![DataType::Utf8], Volatility::Immutable);
    context.register_udf(ScalarUDF::from(CountryAlpha3 { signature }));
}

/// ISO 3166-1: alpha-3, alpha-2 and number of each country.
#[rustfmt::skip]
const COUNTRIES: &str = "\
    ABWAW533 AFGAF004 AGOAO024 AIAAI660 ALAAX248 ALBAL008 ANDAD020 AREAE784 ARGAR032 ARMAM051 ASMAS016 \
    ATAAQ010 ATFTF260 ATGAG028 AUSAU036 AUTAT040 AZEAZ031 BDIBI108 BELBE056 BENBJ204 BESBQ535 BFABF854 \
    BGDBD050 BGRBG100 BHRBH048 BHSBS044 BIHBA070 BLMBL652 BLRBY112 BLZBZ084 BMUBM060 BOLBO068 BRABR076 \
    BRBBB052 BRNBN096 BTNBT064 BVTBV074 BWABW072 CAFCF140 CANCA124 CCKCC166 CHECH756 CHLCL152 CHNCN156 \
    CIVCI384 CMRCM120 CODCD180 COGCG178 COKCK184 COLCO170 COMKM174 CPVCV132 CRICR188 CUBCU192 CUWCW531 \
    CXRCX162 CYMKY136 CYPCY196 CZECZ203 DEUDE276 DJIDJ262 DMADM212 DNKDK208 DOMDO214 DZADZ012 ECUEC218 \
    EGYEG818 ERIER232 ESHEH732 ESPES724 ESTEE233 ETHET231 FINFI246 FJIFJ242 FLKFK238 FRAFR250 FROFO234 \
    FSMFM583 GABGA266 GBRGB826 GEOGE268 GGYGG831 GHAGH288 GIBGI292 GINGN324 GLPGP312 GMBGM270 GNBGW624 \
    GNQGQ226 GRCGR300 GRDGD308 GRLGL304 GTMGT320 GUFGF254 GUMGU316 GUYGY328 HKGHK344 HMDHM334 HNDHN340 \
    HRVHR191 HTIHT332 HUNHU348 IDNID360 IMNIM833 INDIN356 IOTIO086 IRLIE372 IRNIR364 IRQIQ368 ISLIS352 \
    ISRIL376 ITAIT380 JAMJM388 JEYJE832 JORJO400 JPNJP392 KAZKZ398 KENKE404 KGZKG417 KHMKH116 KIRKI296 \
    KNAKN659 KORKR410 KWTKW414 LAOLA418 LBNLB422 LBRLR430 LBYLY434 LCALC662 LIELI438 LKALK144 LSOLS426 \
    LTULT440 LUXLU442 LVALV428 MACMO446 MAFMF663 MARMA504 MCOMC492 MDAMD498 MDGMG450 MDVMV462 MEXMX484 \
    MHLMH584 MKDMK807 MLIML466 MLTMT470 MMRMM104 MNEME499 MNGMN496 MNPMP580 MOZMZ508 MRTMR478 MSRMS500 \
    MTQMQ474 MUSMU480 MWIMW454 MYSMY458 MYTYT175 NAMNA516 NCLNC540 NERNE562 NFKNF574 NGANG566 NICNI558 \
    NIUNU570 NLDNL528 NORNO578 NPLNP524 NRUNR520 NZLNZ554 OMNOM512 PAKPK586 PANPA591 PCNPN612 PERPE604 \
    PHLPH608 PLWPW585 PNGPG598 POLPL616 PRIPR630 PRKKP408 PRTPT620 PRYPY600 PSEPS275 PYFPF258 QATQA634 \
    REURE638 ROURO642 RUSRU643 RWARW646 SAUSA682 SDNSD729 SENSN686 SGPSG702 SGSGS239 SHNSH654 SJMSJ744 \
    SLBSB090 SLESL694 SLVSV222 SMRSM674 SOMSO706 SPMPM666 SRBRS688 SSDSS728 STPST678 SURSR740 SVKSK703 \
    SVNSI705 SWESE752 SWZSZ748 SXMSX534 SYCSC690 SYRSY760 TCATC796 TCDTD148 TGOTG768 THATH764 TJKTJ762 \
    TKLTK772 TKMTM795 TLSTL626 TONTO776 TTOTT780 TUNTN788 TURTR792 TUVTV798 TWNTW158 TZATZ834 UGAUG800 \
    UKRUA804 UMIUM581 URYUY858 USAUS840 UZBUZ860 VATVA336 VCTVC670 VENVE862 VGBVG092 VIRVI850 VNMVN704 \
    VUTVU548 WLFWF876 WSMWS882 YEMYE887 ZAFZA710 ZMBZM894 ZWEZW716";

/// The alpha-3 code of what a country is called by: either of its codes in any case, or its number, with or without zeros before it.
/// The United Kingdom may be `UK`, as Lucca's pages have it.
fn alpha3(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let wanted = match text {
        _ if text.eq_ignore_ascii_case("UK") => "GB".to_owned(),
        _ if !text.is_empty() && text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit()) => format!("{text:0>3}"),
        _ => text.to_ascii_uppercase(),
    };
    COUNTRIES.split(' ').find_map(|country| {
        let (alpha3, rest) = country.split_at_checked(3)?;
        let (alpha2, number) = rest.split_at_checked(2)?;
        [alpha3, alpha2, number].contains(&wanted.as_str()).then_some(alpha3)
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct CountryAlpha3 {
    signature: Signature,
}

impl ScalarUDFImpl for CountryAlpha3 {
    fn name(&self) -> &str {
        "country_alpha3"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let texts = arrays.first().and_then(|array| array.as_string_opt::<i32>());
        let texts = texts.ok_or_else(|| exec_datafusion_err!("country_alpha3 lacks a text"))?;
        let codes: ArrayRef = Arc::new(texts.iter().map(|text| text.and_then(alpha3)).collect::<StringArray>());
        Ok(ColumnarValue::Array(codes))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_country_is_known_by_each_of_its_names() {
        for (text, code) in [
            ("FR", "FRA"),
            ("fr", "FRA"),
            ("FRA", "FRA"),
            ("250", "FRA"),
            ("UK", "GBR"),
            ("uk", "GBR"),
            ("GB", "GBR"),
            (" DE ", "DEU"),
            ("4", "AFG"),
            ("004", "AFG"),
        ] {
            assert_eq!(alpha3(text), Some(code), "{text}");
        }
        for unknown in ["", "EU", "France", "0", "999", "12345", "F", "-4", "٢٥٠"] {
            assert_eq!(alpha3(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn no_name_is_of_two_countries() {
        let countries: Vec<&str> = COUNTRIES.split(' ').collect();
        assert_eq!(countries.len(), 249);
        let parts = |country: &'static str| {
            let (alpha3, rest) = country.split_at(3);
            let (alpha2, numeric) = rest.split_at(2);
            [alpha3, alpha2, numeric]
        };
        let names: HashSet<&str> = countries.iter().flat_map(|country| parts(country)).collect();
        assert_eq!(names.len(), 3 * countries.len());
        for name in &names {
            assert!(alpha3(name).is_some(), "{name}");
        }
    }
}
