"""The XML Schema of batch files in XML, which `batch.xml_file` reads and writes."""

from __future__ import annotations

from lrs_soap.batch.file_contents import LONGEST_FILE_NAME
from lrs_soap.batch.file_layout import FILE_FIELDS, Layout
from lrs_soap.batch.xml_file import BATCH, LEARNER

_SCHEMA = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:annotation>
    <xs:documentation xml:lang="en">{about}</xs:documentation>
  </xs:annotation>
  <xs:element name="{batch}">
    <xs:complexType>
      <xs:sequence>
{of_file}
        <xs:element name="{learner}" maxOccurs="unbounded">
          <xs:complexType>
            <xs:sequence>
{of_learner}
            </xs:sequence>
          </xs:complexType>
        </xs:element>
      </xs:sequence>
    </xs:complexType>
  </xs:element>
</xs:schema>
"""

_FILE_FIELD = """        <xs:element name="{name}">
          <xs:simpleType>
            <xs:restriction base="xs:string">
              {facets}
            </xs:restriction>
          </xs:simpleType>
        </xs:element>"""

_LEARNERS_FIELD = """              <xs:element name="{name}" type="xs:string" minOccurs="0"/>"""

_ABOUT = (
    "Batch files of version {version}. Elements of a learner may be empty or left out, which means the same. Their "
    "values are checked learner by learner, and the outcome file says what is wrong; they do not make the file invalid."
)


def schema(layout: Layout) -> str:
    """The schema of files with this layout, as an XML document in UTF-8."""
    facets = {
        "FileVersion": f'<xs:enumeration value="{layout.version}"/>',
        "FileName": f'<xs:minLength value="1"/><xs:maxLength value="{LONGEST_FILE_NAME}"/>',
        "UKPRN": '<xs:pattern value="[0-9A-Za-z]{8}"/>',
        "LearnerRecordCount": '<xs:pattern value="[0-9]{1,9}"/>',
    }
    return _SCHEMA.format(
        about=_ABOUT.format(version=layout.version),
        batch=BATCH,
        learner=LEARNER,
        of_file="\n".join(_FILE_FIELD.format(name=name, facets=facets[name]) for name in FILE_FIELDS),
        of_learner="\n".join(_LEARNERS_FIELD.format(name=column.heading) for column in layout.columns),
    )
