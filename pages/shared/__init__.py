"""What pages share: widgets from fields, the link, charts, the way to the workers, the frame."""
