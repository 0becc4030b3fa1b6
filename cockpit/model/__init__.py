"""Values all layers share: identifiers and the records that cross a layer."""
