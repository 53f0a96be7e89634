"""ISO 4217 currencies as one plain literal: a row a line, ``code|number|places|name|valid_from|valid_to``.

Sources: the active rows are ISO 4217 list one of 2026-01-01, taken from the ``iso4217`` package (public domain); a test
in CI diffs them against it. The withdrawn rows are list three of the same date; a code stays readable for ever.

``places`` is the number of decimal places of the minor unit. List three states none: they are those of the JDK's
currency table where it has the code, 0 for the accounts kept in a currency without places (BEC, BEL, ESA, ESB, LUC,
LUL), and 2 otherwise (CLDR's default). CLDR's own digits are for display and differ from ISO's.

Dates are half open: ``valid_to`` is the first day on which the code is no longer money. Empty is "always so far".
``valid_from`` is CLDR's earliest date of the currency, left empty before 1978 (the first edition of ISO 4217); RUB, VED
and ZWN are dated by their redenominations. ``valid_to`` is the first of the month that list three names; where it names
June, December or a range of time, the code was used to the end of it, and the day is the first of the next month. Seven
end on the day on which their successor began: ANG, BRE, BRN, CSD, NIC, UAK, VEF.
"""

from __future__ import annotations

from typing import Final

__all__ = ["NOT_MONEY", "ROWS"]

# ISO 4217 gives these no minor unit ("N.A.", or none stated in list three), so an amount of them cannot be rounded,
# invoiced or paid: metals, bond market units, units of account, the code for tests and the code for "no currency".
# They are not in the table.
NOT_MONEY: Final = "XAG XAU XBA XBB XBC XBD XDR XEU XFO XFU XPD XPT XRE XSU XTS XUA XXX"

ROWS: Final = """\
AED|784|2|UAE Dirham||
AFN|971|2|Afghani|2002-10-07|
ALL|008|2|Lek||
AMD|051|2|Armenian Dram|1993-11-22|
AOA|973|2|Kwanza|1999-12-13|
ARS|032|2|Argentine Peso|1992-01-01|
AUD|036|2|Australian Dollar||
AWG|533|2|Aruban Florin|1986-01-01|
AZN|944|2|Azerbaijan Manat|2006-01-01|
BAM|977|2|Convertible Mark|1995-01-01|
BBD|052|2|Barbados Dollar||
BDT|050|2|Taka||
BHD|048|3|Bahraini Dinar||
BIF|108|0|Burundi Franc||
BMD|060|2|Bermudian Dollar||
BND|096|2|Brunei Dollar||
BOB|068|2|Boliviano|1987-01-01|
BOV|984|2|Mvdol||
BRL|986|2|Brazilian Real|1994-07-01|
BSD|044|2|Bahamian Dollar||
BTN|064|2|Ngultrum||
BWP|072|2|Pula||
BYN|933|2|Belarusian Ruble|2016-07-01|
BZD|084|2|Belize Dollar||
CAD|124|2|Canadian Dollar||
CDF|976|2|Congolese Franc|1998-07-01|
CHE|947|2|WIR Euro||
CHF|756|2|Swiss Franc||
CHW|948|2|WIR Franc||
CLF|990|4|Unidad de Fomento||
CLP|152|0|Chilean Peso||
CNY|156|2|Yuan Renminbi||
COP|170|2|Colombian Peso||
COU|970|2|Unidad de Valor Real||
CRC|188|2|Costa Rican Colon||
CUP|192|2|Cuban Peso||
CVE|132|2|Cabo Verde Escudo||
CZK|203|2|Czech Koruna|1993-01-01|
DJF|262|0|Djibouti Franc||
DKK|208|2|Danish Krone||
DOP|214|2|Dominican Peso||
DZD|012|2|Algerian Dinar||
EGP|818|2|Egyptian Pound||
ERN|232|2|Nakfa|1997-11-08|
ETB|230|2|Ethiopian Birr||
EUR|978|2|Euro|1999-01-01|
FJD|242|2|Fiji Dollar||
FKP|238|2|Falkland Islands Pound||
GBP|826|2|Pound Sterling||
GEL|981|2|Lari|1995-09-23|
GHS|936|2|Ghana Cedi|2007-07-03|
GIP|292|2|Gibraltar Pound||
GMD|270|2|Dalasi||
GNF|324|0|Guinean Franc|1986-01-06|
GTQ|320|2|Quetzal||
GYD|328|2|Guyana Dollar||
HKD|344|2|Hong Kong Dollar||
HNL|340|2|Lempira||
HTG|332|2|Gourde||
HUF|348|2|Forint||
IDR|360|2|Rupiah||
ILS|376|2|New Israeli Sheqel|1985-09-04|
INR|356|2|Indian Rupee||
IQD|368|3|Iraqi Dinar||
IRR|364|2|Iranian Rial||
ISK|352|0|Iceland Krona|1981-01-01|
JMD|388|2|Jamaican Dollar||
JOD|400|3|Jordanian Dinar||
JPY|392|0|Yen||
KES|404|2|Kenyan Shilling||
KGS|417|2|Som|1993-05-10|
KHR|116|2|Riel|1980-03-20|
KMF|174|0|Comorian Franc||
KPW|408|2|North Korean Won||
KRW|410|0|Won||
KWD|414|3|Kuwaiti Dinar||
KYD|136|2|Cayman Islands Dollar||
KZT|398|2|Tenge|1993-11-05|
LAK|418|2|Lao Kip|1979-12-10|
LBP|422|2|Lebanese Pound||
LKR|144|2|Sri Lanka Rupee|1978-05-22|
LRD|430|2|Liberian Dollar||
LSL|426|2|Loti|1980-01-22|
LYD|434|3|Libyan Dinar||
MAD|504|2|Moroccan Dirham||
MDL|498|2|Moldovan Leu|1993-11-29|
MGA|969|2|Malagasy Ariary|1983-11-01|
MKD|807|2|Denar|1993-05-20|
MMK|104|2|Kyat|1989-06-18|
MNT|496|2|Tugrik||
MOP|446|2|Pataca||
MRU|929|2|Ouguiya|2018-01-01|
MUR|480|2|Mauritius Rupee||
MVR|462|2|Rufiyaa|1981-07-01|
MWK|454|2|Malawi Kwacha||
MXN|484|2|Mexican Peso|1993-01-01|
MXV|979|2|Mexican Unidad de Inversion (UDI)||
MYR|458|2|Malaysian Ringgit||
MZN|943|2|Mozambique Metical|2006-07-01|
NAD|516|2|Namibia Dollar|1993-01-01|
NGN|566|2|Naira||
NIO|558|2|Cordoba Oro|1991-04-30|
NOK|578|2|Norwegian Krone||
NPR|524|2|Nepalese Rupee||
NZD|554|2|New Zealand Dollar||
OMR|512|3|Rial Omani||
PAB|590|2|Balboa||
PEN|604|2|Sol|1991-07-01|
PGK|598|2|Kina||
PHP|608|2|Philippine Peso||
PKR|586|2|Pakistan Rupee||
PLN|985|2|Zloty|1995-01-01|
PYG|600|0|Guarani||
QAR|634|2|Qatari Rial||
RON|946|2|Romanian Leu|2005-07-01|
RSD|941|2|Serbian Dinar|2006-10-25|
RUB|643|2|Russian Ruble|1998-01-01|
RWF|646|0|Rwanda Franc||
SAR|682|2|Saudi Riyal||
SBD|090|2|Solomon Islands Dollar||
SCR|690|2|Seychelles Rupee||
SDG|938|2|Sudanese Pound|2007-01-10|
SEK|752|2|Swedish Krona||
SGD|702|2|Singapore Dollar||
SHP|654|2|Saint Helena Pound||
SLE|925|2|Leone|2022-07-01|
SOS|706|2|Somali Shilling||
SRD|968|2|Surinam Dollar|2004-01-01|
SSP|728|2|South Sudanese Pound|2011-07-18|
STN|930|2|Dobra|2018-01-01|
SVC|222|2|El Salvador Colon||
SYP|760|2|Syrian Pound||
SZL|748|2|Lilangeni||
THB|764|2|Baht||
TJS|972|2|Somoni|2000-10-26|
TMT|934|2|Turkmenistan New Manat|2009-01-01|
TND|788|3|Tunisian Dinar||
TOP|776|2|Pa\u2019anga||
TRY|949|2|Turkish Lira|2005-01-01|
TTD|780|2|Trinidad and Tobago Dollar||
TWD|901|2|New Taiwan Dollar||
TZS|834|2|Tanzanian Shilling||
UAH|980|2|Hryvnia|1996-09-02|
UGX|800|0|Uganda Shilling|1987-05-15|
USD|840|2|US Dollar||
USN|997|2|US Dollar (Next day)||
UYI|940|0|Uruguay Peso en Unidades Indexadas (UI)||
UYU|858|2|Peso Uruguayo|1993-03-01|
UYW|927|4|Unidad Previsional||
UZS|860|2|Uzbekistan Sum|1994-07-01|
VED|926|2|Bolívar Soberano|2021-10-01|
VES|928|2|Bolívar Soberano|2018-08-20|
VND|704|0|Dong|1985-09-14|
VUV|548|0|Vatu|1981-01-01|
WST|882|2|Tala||
XAD|396|2|Arab Accounting Dinar||
XAF|950|0|CFA Franc BEAC||
XCD|951|2|East Caribbean Dollar||
XCG|532|2|Caribbean Guilder|2025-03-31|
XOF|952|0|CFA Franc BCEAO||
XPF|953|0|CFP Franc||
YER|886|2|Yemeni Rial|1990-05-22|
ZAR|710|2|Rand||
ZMW|967|2|Zambian Kwacha|2013-01-01|
ZWG|924|2|Zimbabwe Gold|2024-06-25|
ADP|020|0|Andorran Peseta||2003-07-01
AFA|004|2|Afghani||2003-01-01
ALK|008|2|Old Lek||1990-01-01
ANG|532|2|Netherlands Antillean Guilder||2025-03-31
AOK|024|2|Kwanza||1991-03-01
AON|024|2|New Kwanza|1990-09-25|2000-02-01
AOR|982|2|Kwanza Reajustado|1995-07-01|2000-02-01
ARA|032|2|Austral|1985-06-14|1992-01-01
ARP|032|2|Peso Argentino|1983-06-01|1985-07-01
ARY|032|2|Peso||1991-01-01
ATS|040|2|Schilling||2002-03-01
AYM|945|2|Azerbaijan Manat||2005-10-01
AZM|031|2|Azerbaijanian Manat|1993-11-22|2006-01-01
BAD|070|2|Dinar|1992-07-01|1998-07-01
BEC|993|0|Convertible Franc||1990-03-01
BEF|056|0|Belgian Franc||2002-03-01
BEL|992|0|Financial Franc||1990-03-01
BGJ|100|2|Lev A/52||1991-01-01
BGK|100|2|Lev A/62||1991-01-01
BGL|100|2|Lev||2003-11-01
BGN|975|2|Bulgarian Lev|1999-07-05|2026-01-01
BOP|068|2|Peso boliviano||1987-02-01
BRB|076|2|Cruzeiro||1986-03-01
BRC|076|2|Cruzado|1986-02-28|1989-02-01
BRE|076|2|Cruzeiro|1990-03-16|1993-08-01
BRN|076|2|New Cruzado|1989-01-15|1990-03-16
BRR|987|2|Cruzeiro Real|1993-08-01|1994-07-01
BUK|104|2|Kyat||1990-02-01
BYB|112|0|Belarusian Ruble|1994-08-01|2001-01-01
BYR|974|0|Belarusian Ruble|2000-01-01|2017-01-01
CHC|948|2|WIR Franc (for electronic)||2004-11-01
CSD|891|2|Serbian Dinar|2002-05-15|2006-10-25
CSJ|203|2|Krona A/53||1991-01-01
CSK|200|2|Koruna||1993-03-01
CUC|931|2|Peso Convertible|1994-01-01|2021-07-01
CYP|196|2|Cyprus Pound||2008-01-01
DDM|278|2|Mark der DDR||1990-10-01
DEM|276|2|Deutsche Mark||2002-03-01
ECS|218|2|Sucre||2000-09-01
ECV|983|2|Unidad de Valor Constante (UVC)|1993-05-23|2000-09-01
EEK|233|2|Kroon|1992-06-21|2011-01-01
ESA|996|0|Spanish Peseta|1978-01-01|1982-01-01
ESB|995|0|"A" Account (convertible Peseta Account)||1995-01-01
ESP|724|0|Spanish Peseta||2002-03-01
FIM|246|2|Markka||2002-03-01
FRF|250|2|French Franc||2002-03-01
GEK|268|2|Georgian Coupon|1993-04-05|1995-10-01
GHC|288|2|Cedi|1979-03-09|2008-01-01
GHP|939|2|Ghana Cedi||2007-07-01
GNE|324|2|Syli||1990-01-01
GNS|324|2|Syli||1986-02-01
GQE|226|2|Ekwele||1986-07-01
GRD|300|0|Drachma||2002-03-01
GWE|624|2|Guinea Escudo||1982-01-01
GWP|624|2|Guinea-Bissau Peso||1997-05-01
HRD|191|2|Croatian Dinar|1991-12-23|1995-01-01
HRK|191|2|Kuna|1994-05-30|2023-01-01
IEP|372|2|Irish Pound||2002-03-01
ILP|376|2|Pound||1982-01-01
ILR|376|2|Old Shekel|1980-02-22|1991-01-01
ISJ|352|2|Old Krona||1991-01-01
ITL|380|0|Italian Lira||2002-03-01
LAJ|418|2|Pathet Lao Kip||1980-01-01
LSM|426|2|Loti||1985-05-01
LTL|440|2|Lithuanian Litas|1993-06-25|2015-01-01
LTT|440|2|Talonas|1992-10-01|1993-07-01
LUC|989|0|Luxembourg Convertible Franc||1990-03-01
LUF|442|0|Luxembourg Franc||2002-03-01
LUL|988|0|Luxembourg Financial Franc||1990-03-01
LVL|428|2|Latvian Lats|1993-06-28|2014-01-01
LVR|428|2|Latvian Ruble|1992-05-07|1995-01-01
MGF|450|0|Malagasy Franc||2005-01-01
MLF|466|2|Mali Franc||1984-11-01
MRO|478|2|Ouguiya||2018-01-01
MTL|470|2|Maltese Lira||2008-01-01
MTP|470|2|Maltese Pound||1983-07-01
MVQ|462|2|Maldive Rupee||1990-01-01
MXP|484|2|Mexican Peso||1993-01-01
MZE|508|2|Mozambique Escudo||1982-01-01
MZM|508|2|Mozambique Metical|1980-06-16|2006-07-01
NIC|558|2|Cordoba|1988-02-15|1991-04-30
NLG|528|2|Netherlands Guilder||2002-03-01
PEH|604|2|Sol||1991-01-01
PEI|604|2|Inti|1985-02-01|1991-07-01
PES|604|2|Sol||1986-02-01
PLZ|616|2|Zloty||1997-01-01
PTE|620|0|Portuguese Escudo||2002-03-01
RHD|716|2|Rhodesian Dollar||1982-01-01
ROK|642|2|Leu A/52||1991-01-01
ROL|642|0|Old Leu||2005-07-01
RUR|810|2|Russian Ruble|1991-12-25|2004-01-01
SDD|736|2|Sudanese Dinar|1992-06-08|2007-07-01
SDP|736|2|Sudanese Pound||1998-07-01
SIT|705|2|Tolar|1992-10-07|2007-01-01
SKK|703|2|Slovak Koruna|1992-12-31|2009-01-01
SLL|694|2|Leone||2024-01-01
SRG|740|2|Surinam Guilder||2004-01-01
STD|678|2|Dobra||2018-01-01
SUR|810|2|Rouble||1991-01-01
TJR|762|2|Tajik Ruble|1995-05-10|2001-04-01
TMM|795|2|Turkmenistan Manat|1993-11-01|2009-01-01
TPE|626|0|Timor Escudo||2002-11-01
TRL|792|0|Old Turkish Lira||2006-01-01
UAK|804|2|Karbovanet|1992-11-13|1996-09-02
UGS|800|2|Uganda Shilling||1987-05-01
UGW|800|2|Old Shilling||1991-01-01
USS|998|2|US Dollar (Same day)||2014-03-01
UYN|858|2|Old Uruguay Peso||1990-01-01
UYP|858|2|Uruguayan Peso||1993-03-01
VEB|862|2|Bolivar||2008-01-01
VEF|937|2|Bolívar|2008-01-01|2018-08-20
VNC|704|2|Old Dong||1991-01-01
YDD|720|2|Yemeni Dinar||1991-09-01
YUD|890|2|New Yugoslavian Dinar||1990-01-01
YUM|891|2|New Dinar|1994-01-24|2003-07-01
YUN|890|2|Yugoslavian Dinar|1990-01-01|1995-11-01
ZAL|991|2|Financial Rand|1985-09-01|1995-03-01
ZMK|894|2|Zambian Kwacha||2013-01-01
ZRN|180|2|New Zaire|1993-11-01|1999-07-01
ZRZ|180|2|Zaire||1994-02-01
ZWC|716|2|Rhodesian Dollar||1990-01-01
ZWD|716|2|Zimbabwe Dollar|1980-04-18|2008-08-01
ZWL|932|2|Zimbabwe Dollar|2009-02-02|2024-09-01
ZWN|942|2|Zimbabwe Dollar (new)|2006-08-01|2006-09-01
ZWR|935|2|Zimbabwe Dollar|2008-08-01|2009-07-01
"""
