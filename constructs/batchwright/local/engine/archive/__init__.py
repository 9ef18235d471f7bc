"""An engine in plain values, to be kept and put into another engine later."""
