window.YTD.tweet_headers.part0 = [
 {
  "tweet": {
   "tweet_id": "51",
   "user_id": "7",
   "created_at": "Mon Mar 02 09:00:00 +0000 2026"
  }
 }
]
