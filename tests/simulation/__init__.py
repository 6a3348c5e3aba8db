"""Seeded years of practices, people, carriers and crashes, judged by an oracle of brute force."""
