-- ages: one row per band of five years of age and gender, of everybody in employment on the as-of date
-- key age_band, gender
-- column age_band string! none: such as 25-29; hidden for all whose band is not shown
-- source age_band: age_pyramid.age_band
-- column age_from int32 none: first year of the band; null when unknown or hidden
-- source age_from: age_pyramid.age_from
-- column gender string! none: female, male, diverse, unknown, or hidden
-- source gender: age_pyramid.gender
-- column headcount int64 none: people; null when hidden
-- source headcount: age_pyramid.headcount
SELECT age_band, age_from, gender, headcount
FROM age_pyramid
WHERE axis = 'tenant'
ORDER BY age_from NULLS LAST, age_band NULLS LAST, gender NULLS LAST
