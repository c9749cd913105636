#include "plain_scan.h"

#include <stdlib.h>
#include <string.h>

static const int bounds[8][4] = {{1, 2, 4}, {1, 3, 6}, {1, 15, 30, 60}, {5000, 9000, 10000}, {7000, 9500}, {3, 10, 25}, {1, 3},
                                 {30, 90, 180}};
static const int bins[8] = {3, 3, 4, 3, 2, 3, 2, 3};
static const int points[8][5] = {{40, 10, -25, -60}, {45, 20, -15, -55}, {35, 15, -10, -40, -80}, {-40, -10, 10, 25},
                                 {-35, -5, 30}, {-20, 0, 15, 30}, {-5, 5, 10}, {-30, -10, 10, 35}};

plain_person *plain_persons(int count, int capacity)
{
    plain_person *persons = calloc((size_t)count, sizeof *persons);
    for (int i = 0; persons && i < count; i++) {
        persons[i].events = calloc((size_t)capacity, sizeof(plain_event));
        persons[i].capacity = capacity;
        persons[i].score = -1;
    }
    return persons;
}

void plain_free(plain_person *persons, int count)
{
    for (int i = 0; i < count; i++) free(persons[i].events);
    free(persons);
}

static int score(const plain_person *person, int today)
{
    int late90 = 0, late365 = 0, most = 0, count365 = 0, count30 = 0, since = 400;
    int64_t due30 = 0, paid30 = 0, due180 = 0, paid180 = 0;
    for (int i = person->count - 1, at = (person->first + person->count - 1) % person->capacity; i >= 0; i--) {
        const plain_event *event = &person->events[at];
        at = at ? at - 1 : person->capacity - 1;
        int age = today - event->day;
        if (age < 30) count30++, due30 += event->due, paid30 += event->paid;
        if (age < 90 && event->late > 0) late90++;
        if (age < 180) due180 += event->due, paid180 += event->paid;
        count365++;
        if (event->late > 0) late365++;
        if (event->late > most) most = event->late;
        if (event->late > 0 && since == 400) since = age;
    }
    int values[8] = {late90, late365, most, due30 ? (int)(paid30 * 10000 / due30) : 10000,
                     due180 ? (int)(paid180 * 10000 / due180) : 10000, count365, count30, since};
    int total = 600;
    for (int c = 0; c < 8; c++) {
        int bin = 0;
        while (bin < bins[c] && values[c] >= bounds[c][bin]) bin++;
        total += points[c][bin];
    }
    return total;
}

int plain_add(plain_person *person, plain_event event)
{
    while (person->count && person->events[person->first].day <= event.day - 365) {
        person->first = (person->first + 1) % person->capacity;
        person->count--;
    }
    if (person->count == person->capacity) { /* the oldest goes: the capacity is chosen so that this is rare */
        person->first = (person->first + 1) % person->capacity;
        person->count--;
    }
    person->events[(person->first + person->count++) % person->capacity] = event;
    int before = person->score;
    person->score = score(person, event.day);
    return person->score != before;
}
