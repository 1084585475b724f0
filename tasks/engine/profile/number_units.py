"""Numbers with one unit behind each of them: read as numbers, as those with signs of money are.

Only units that are hardly anything else count. No letter does that stands behind numbers of
houses, of seats or of sizes (A, B, L, M), nor one that is a point of the compass, nor the h of a
time of day such as 10.30 h.
"""

import re

import numpy as np
import pyarrow as pa

from tasks.engine.profile.column_cells import Column
from tasks.engine.table.cell_text import MINUS, SPACES, THOUSANDS, unit_pattern
from tasks.engine.table.cells import fits, match

_LENGTHS = "mm cm dm m km µm um nm in inch inches ft feet yd mi miles nmi"
_AREAS = "mm² cm² m² km² m2 km2 cm2 mm2 m^2 km^2 ft² sqm qm sqft ha acres"
_VOLUMES = "mm³ cm³ dm³ m³ cm3 m3 m^3 ccm ml mL cl cL dl dL l hl hL gal"
_MASSES = "µg ug mg g kg t oz lb lbs"
_TIMES = (
    "ns µs ms s sec secs second seconds min mins minute minutes hr hrs hour hours d day days wk"
    " week weeks month months yr yrs year years"
    " Sek. Min. Std. Sekunden Minuten Stunden Tage Wochen"
    " Monate Jahre jours mois ans días meses años"
)
_RATES = "m/s km/h kmh km/s mph kph kn kt kts m/s² l/min L/min m³/h m³/s l/s rpm U/min bpm Hz"
_RATES += " kHz MHz GHz"
_HEAT = "° °C °F °K ºC degC"
_PRESSURES = "Pa hPa kPa MPa mbar bar psi mmHg cmH2O atm dbar"
_POWERS = "mV kV V mA kW MW GW mW Wh kWh MWh GWh kJ MJ kcal cal PS hp kN Nm"
_POWERS += " dB dBm dBA Ω kΩ MΩ lx lm W/m² kWh/m² l/100km L/100km MJ/m² W/m2 kWh/a"
_SHARES = "‰ ppm ppb ppt"
_MIXTURES = (
    "mg/dl mg/dL g/dl g/dL mg/l mg/L g/l g/L µg/l µg/L µg/ml ng/ml ng/mL ng/dl pg/ml mmol/l mmol/L"
    " µmol/l µmol/L nmol/l mol/l mg/kg g/kg kg/m² kg/m2 kg/m³ g/cm³ µg/m³ µg/m3 mg/m³ g/m³ U/l U/L"
    " IU/l IU/L IU mU/l mU/L mIU/L meq/l mEq/L µS/cm uS/cm mS/cm kg/ha t/ha"
)
_DATA = "kB KB MB GB TB KiB MiB GiB TiB kbps Mbps Gbps kbit/s Mbit/s Gbit/s MB/s px dpi fps"
_MONEY = "EUR USD GBP CHF JPY CNY AUD CAD SEK NOK DKK PLN CZK HUF INR EUR/m² €/m² €/kg €/h $/h"
_COUNTS = "pcs Stk Stk. Stück"
UNITS = frozenset(
    " ".join(
        (_LENGTHS, _AREAS, _VOLUMES, _MASSES, _TIMES, _RATES, _HEAT, _PRESSURES, _POWERS, _SHARES,
         _MIXTURES, _DATA, _MONEY, _COUNTS)
    ).split()
)  # fmt: skip
_GROUPS = "".join(THOUSANDS.values())
NUMBER = rf"[+{MINUS}-]?[0-9](?:[0-9.,{_GROUPS}]*[0-9])?"
_WITH_UNIT = re.compile(rf"{NUMBER}([{SPACES}]*)(\S*[^\s\d.,]\S*)")
LOOKED_AT = 20
MOST = 0.5
NEARLY_ALL = 0.9


def find_unit(column: Column) -> tuple[str, bool] | None:
    """Return the unit that most of a column's numbers have, and whether nearly all have it.

    Those without one may have been meant in another.
    """
    total = column.counts.sum()
    if column.rules_out(fits, r"^[^\p{L}]*[0-9][^0-9]") or not total:
        return None
    found: dict[str, int] = {}
    for value, count in zip(column.values[:LOOKED_AT], column.counts[:LOOKED_AT], strict=False):
        unit = _unit_of(value)
        if unit:
            found[unit] = found.get(unit, 0) + int(count)
    if not found:
        return None
    unit = max(found, key=lambda one: found[one])  # a plural too, as in 1 day, 2 days
    share = column.counts[have_unit(column.cells, unit)].sum() / total
    return (unit, bool(share >= NEARLY_ALL)) if share > MOST else None


def have_unit(cells: pa.Array, unit: str) -> np.ndarray:
    """Tell which cells are a number with a unit behind it."""
    return match(cells, rf"^{NUMBER}{unit_pattern(unit)}")


def without_unit(values: np.ndarray, unit: str) -> np.ndarray:
    """Return cells without a unit at their end."""
    ending = re.compile(unit_pattern(unit))
    return np.array([*(ending.sub("", value) for value in values), None], dtype=object)[:-1]


def _unit_of(value: str) -> str | None:
    found = _WITH_UNIT.fullmatch(value)
    if found is None or found[2] not in UNITS:
        return None
    # "12m" is rather a name: one letter is a unit only behind a space.
    is_name = not found[1] and len(found[2]) == 1 and found[2].isalpha()
    return None if is_name else found[2]
