DROP TABLE IF EXISTS tool_scores;
