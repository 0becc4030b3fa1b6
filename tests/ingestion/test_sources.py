"""Readers: one bad row never takes a good one with it."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from cockpit.errors import InvalidInput
from cockpit.ingestion.columns import PEOPLE_COLUMNS, SIGNAL_COLUMNS
from cockpit.ingestion.sources.batch import MAX_FIELD, MAX_ROW, Columns, Reject
from cockpit.ingestion.sources.registry import reader_of

HEADER = "source_event_id,type,occurred_at,external_id\n"
GOOD = "e{0},MISSED_CALL,2026-01-01T00:00:00Z,p{0}\n"


def read(
    path: Path, columns: Columns = SIGNAL_COLUMNS, *, skip: int = 0, batch_rows: int = 1_000
) -> tuple[pl.DataFrame, list[Reject]]:
    batches = list(reader_of(path)(path, columns, skip=skip, batch_rows=batch_rows))
    frames = [batch.frame for batch in batches]
    return (
        pl.concat(frames, how="diagonal") if frames else pl.DataFrame({"row": []}),
        [reject for batch in batches for reject in batch.rejects],
    )


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def csv_of(folder: Path, *rows: str, name: str = "s.csv") -> Path:
    return written(folder, name, HEADER + "".join(rows))


@pytest.mark.parametrize("name", ["s.csv", "s.csv.gz"])
def test_csv_rows_are_numbered_after_the_header(tmp_path: Path, name: str) -> None:
    frame, rejects = read(csv_of(tmp_path, GOOD.format(1), GOOD.format(2), name=name))
    assert frame["row"].to_list() == [1, 2]
    assert frame["external_id"].to_list() == ["p1", "p2"]
    assert rejects == []


def test_empty_field_is_no_value_and_blank_line_no_row(tmp_path: Path) -> None:
    frame, _ = read(csv_of(tmp_path, "e1,MISSED_CALL,2026-01-01T00:00:00Z,\n", "\n", GOOD.format(2)))
    assert frame["row"].to_list() == [1, 2]
    assert frame["external_id"].to_list() == [None, "p2"]


def test_byte_order_mark_is_not_part_of_the_first_column(tmp_path: Path) -> None:
    path = written(tmp_path, "s.csv", b"\xef\xbb\xbf" + (HEADER + GOOD.format(1)).encode())
    assert "source_event_id" in read(path)[0].columns


def test_quoted_field_may_span_lines(tmp_path: Path) -> None:
    frame, rejects = read(csv_of(tmp_path, '"e\n1",MISSED_CALL,2026-01-01T00:00:00Z,"a ""b"", c"\n', GOOD.format(2)))
    assert frame["source_event_id"].to_list() == ["e\n1", "e2"]
    assert frame["external_id"][0] == 'a "b", c'
    assert rejects == []


def test_row_with_a_wrong_number_of_fields_is_rejected_alone(tmp_path: Path) -> None:
    frame, rejects = read(csv_of(tmp_path, GOOD.format(1), "e2,MISSED_CALL\n", "a,b,c,d,e\n", GOOD.format(4)))
    assert frame["row"].to_list() == [1, 4]
    assert [(reject.row, reject.reason) for reject in rejects] == [
        (2, "the row has 2 fields, the header has 4"),
        (3, "the row has 5 fields, the header has 4"),
    ]


def test_quote_left_open_takes_no_good_row_with_it(tmp_path: Path) -> None:
    broken = 'e2,"MISSED_CALL,2026-01-01T00:00:00Z,p2\n'
    rows = [GOOD.format(1), broken, *(GOOD.format(n) for n in range(3, 60)), broken, *map(GOOD.format, range(61, 70))]
    frame, rejects = read(csv_of(tmp_path, *rows))
    assert [reject.row for reject in rejects] == [2, 60]
    assert {reject.reason for reject in rejects} == {"a quoted field is not closed"}
    assert frame.height == 67


def test_file_that_ends_mid_row(tmp_path: Path) -> None:
    frame, rejects = read(csv_of(tmp_path, GOOD.format(1), "e2,MISSED_CALL,2026-01"))
    assert frame["row"].to_list() == [1]
    assert rejects[0].row == 2
    assert "the file ends in the middle of this row" in rejects[0].reason


def test_file_that_ends_inside_quotes(tmp_path: Path) -> None:
    frame, rejects = read(csv_of(tmp_path, GOOD.format(1), 'e2,"MISSED'))
    assert frame["row"].to_list() == [1]
    assert "ends in the middle" in rejects[0].reason


def test_last_row_without_a_newline_is_a_row(tmp_path: Path) -> None:
    assert read(csv_of(tmp_path, GOOD.format(1), GOOD.format(2).rstrip()))[0].height == 2


@pytest.mark.parametrize("name", ["s.csv.gz", "s.jsonl.gz"])
def test_gzip_that_is_cut_off_keeps_what_came_before(tmp_path: Path, name: str) -> None:
    line = '{{"source_event_id":"e{0}","type":"A","occurred_at":"2026-01-01T00:00:00Z","external_id":"{1}"}}\n'
    noise = [f"{n * 7919 % 1_000_003:06d}" for n in range(20_000)]
    text = "".join(line.format(n, noise[n]) for n in range(20_000))
    if "csv" in name:
        text = HEADER + "".join(GOOD.format(noise[n]) for n in range(20_000))
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode())[:-4_000])
    frame, rejects = read(path, batch_rows=50_000)
    assert 1_000 < frame.height < 20_000
    assert rejects[-1].reason.startswith("the file ends in the middle")


def test_field_of_ten_megabytes_is_rejected_alone(tmp_path: Path) -> None:
    frame, rejects = read(csv_of(tmp_path, GOOD.format(1), GOOD.format("x" * 10_000_000), GOOD.format(3)))
    assert frame["row"].to_list() == [1, 3]
    assert rejects[0].reason == f"the row is longer than {MAX_ROW:,} characters"
    frame, rejects = read(csv_of(tmp_path, GOOD.format("x" * (MAX_FIELD + 1)), GOOD.format(2)))
    assert rejects[0].reason == f"a field has more than {MAX_FIELD:,} characters"
    assert frame["row"].to_list() == [2]


def test_bytes_that_are_not_utf8_are_rejected_by_row(tmp_path: Path) -> None:
    path = written(tmp_path, "s.csv", (HEADER + GOOD.format(1)).encode() + b"e2,A,2026-01-01T00:00:00Z,\xff\xfe\n")
    frame, rejects = read(path)
    assert frame["row"].to_list() == [1]
    assert "not UTF-8" in rejects[0].reason


def test_unknown_column_refuses_the_file_and_names_it(tmp_path: Path) -> None:
    path = written(tmp_path, "s.csv", "type,occurred_at,colour\nA,2026-01-01T00:00:00Z,red\n")
    with pytest.raises(InvalidInput, match="unknown column `colour`"):
        read(path)


def test_missing_and_repeated_columns_refuse_the_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no column `occurred_at`"):
        read(written(tmp_path, "s.csv", "type\nA\n"))
    with pytest.raises(InvalidInput, match="repeated column"):
        read(written(tmp_path, "s.csv", "type,occurred_at,type\nA,B,C\n"))
    with pytest.raises(InvalidInput, match="is empty"):
        read(written(tmp_path, "s.csv", ""))


def test_jsonl_faults_are_rejected_by_row(tmp_path: Path) -> None:
    good = {"type": "A", "occurred_at": "2026-01-01T00:00:00Z", "value": 1.5, "payload": {"b": 1, "a": [True]}}
    lines = [
        json.dumps(good),
        "[1]",
        "{'a'}",
        '{"type": NaN}',
        '{"type": "A", "colour": "red"}',
        '{"type": "\\ud800"}',
        '{"type": ["A"]}',
        "[" * 100_000,
        json.dumps(good),
        '{"type": "A", "occ',
    ]
    frame, rejects = read(written(tmp_path, "s.jsonl", "\n".join(lines)))
    assert frame["row"].to_list() == [1, 9]
    assert frame["payload"][0] == '{"a":[true],"b":1}'
    assert frame["value"][0] == "1.5"
    reasons = {reject.row: reject.reason for reject in rejects}
    assert reasons[2] == "the row is not a JSON object"
    assert "is not JSON" in reasons[3]
    assert reasons[4] == "NaN is not a number"
    assert "unknown column `colour`" in reasons[5]
    assert "not UTF-8" in reasons[6]
    assert reasons[7] == "`type` must be text or a number"
    assert reasons[8] == "the row is nested too deeply"
    assert "ends in the middle" in reasons[10]


@pytest.mark.parametrize("name", ["s.parquet", "s.parquet.gz"])
def test_parquet_types_become_the_same_text(tmp_path: Path, name: str) -> None:
    at = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
    frame = pl.DataFrame(
        {"type": ["A", "A"], "occurred_at": [at, at], "value": [11.77, float("nan")], "payload": [{"a": 1}, {"a": 2}]}
    )
    path = tmp_path / "s.parquet"
    frame.write_parquet(path)
    if name.endswith(".gz"):
        path = written(tmp_path, name, path.read_bytes())
    rows, rejects = read(path)
    assert rejects == []
    assert rows["occurred_at"][0] == "2026-01-01T12:30:00.000000Z"
    assert rows["value"].to_list() == ["11.77", "NaN"]
    assert rows["payload"][1] == '{"a":2}'
    assert rows["row"].to_list() == [1, 2]


def test_parquet_that_is_cut_off_says_so(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    pl.DataFrame({"type": ["A"], "occurred_at": ["x"]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(InvalidInput, match=r"s\.parquet is not a whole Parquet file"):
        read(path)


@pytest.mark.parametrize("name", ["s.csv", "s.jsonl", "s.parquet"])
def test_skipped_rows_keep_the_numbers(tmp_path: Path, name: str) -> None:
    frame = pl.DataFrame({"type": ["A"] * 50, "occurred_at": [f"t{n}" for n in range(1, 51)]})
    path = tmp_path / name
    {"s.csv": frame.write_csv, "s.jsonl": frame.write_ndjson, "s.parquet": frame.write_parquet}[name](path)
    rows, _ = read(path, skip=33, batch_rows=10)
    assert rows["row"].to_list() == list(range(34, 51))
    assert rows["occurred_at"][0] == "t34"


def test_people_may_have_any_column(tmp_path: Path) -> None:
    rows, _ = read(written(tmp_path, "p.csv", "person_id,colour\n1,red\n"), PEOPLE_COLUMNS)
    assert rows["colour"].to_list() == ["red"]


def test_unknown_format_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"the name must end in \.csv"):
        reader_of(tmp_path / "s.xls")
    for name in ("none.csv", "none.jsonl", "none.parquet"):
        with pytest.raises(InvalidInput, match="cannot be read"):
            read(tmp_path / name)
