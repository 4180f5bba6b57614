"""Shows results; computes nothing."""

# the files of metrics, in the order and under the questions in which people read them
FAMILIES = {
    "resolution": "did it work?",
    "ladder": "used, or only thanked for?",
    "deadlines": "in time?",
    "waiting": "how long did they wait?",
    "backlog": "what waits still?",
    "service": "how soon were they answered?",
    "staffed": "and in opening hours?",
    "public": "were they heard in public?",
    "promises": "were promises kept?",
    "experience": "was it as they expected?",
    "effort": "how hard was it?",
    "mood": "how did they feel?",
    "behaviour": "what were they told?",
    "approval": "what did others think?",
    "operations": "what did the work take?",
    "volume": "how much is there?",
}
