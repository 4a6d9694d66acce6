"""Education aid: grants by stage, rewards, the aid of compulsory schooling, waivers, entry into school."""
