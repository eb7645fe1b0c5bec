// Asks an LRS endpoint with a gSOAP proxy and prints what that makes of the answers, line by line as the class Program
// of client.py says.
//
// It reads strictly: an element that the schema does not have is an error. With LENIENT in the environment it reads as
// gSOAP does if it is not told: such an element is passed over.

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iomanip>
#include <iostream>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// Made by proxy_header.py: the proxy, its operations, and what its structures have.
#include "proxy.h"

namespace {

// Reads JSON's values from a stream into a proxy's structures. All memory is the proxy's context's.
class Reader {
  public:
    Reader(std::istream &in, struct soap *context) : in(in), context(context) {}

    void expect(char expected) {
        if (!skip(expected)) throw std::runtime_error(std::string("no ") + expected + " where there should be one");
    }

    void read(char *&value) {
        if (!null()) value = soap_strdup(context, text().c_str());
    }

#define READ(name, type) \
    void read(type &value) { \
        if (!null()) soap_s2##name(context, text().c_str(), &value); \
    }
    READ(int, int)
    READ(LONG64, LONG64)
    SCALARS(READ)

    template <class T>
    void read(T *&value) {
        if (null()) return;
        value = new (soap_malloc(context, sizeof(T))) T();
        read(*value);
    }

    template <class T>
    void read(int &size, T *&items) {
        std::vector<T> all;
        for (expect('['); !skip(']'); skip(',')) read(all.emplace_back());
        size = static_cast<int>(all.size());
        items = static_cast<T *>(soap_malloc(context, all.size() * sizeof(T)));
        std::copy(all.begin(), all.end(), items);
    }

    template <class T>
    void read(T &structure) {
        for (expect('{'); !skip('}'); skip(',')) {
            Field field{*this, text()};
            expect(':');
            fields(structure, field);
            if (!field.found) throw std::runtime_error("there is no field " + field.name);
        }
    }

  private:
    std::istream &in;
    struct soap *context;

    struct Field {
        Reader &reader;
        std::string name;
        bool found = false;

        template <class... Value>
        void operator()(const char *field, Value &...value) {
            if (name != field) return;
            reader.read(value...);
            found = true;
        }
    };

    bool skip(char expected) {
        if ((in >> std::ws).peek() != expected) return false;
        in.get();
        return true;
    }

    bool null() {
        if ((in >> std::ws).peek() != 'n') return false;
        in.ignore(std::strlen("null"));
        return true;
    }

    std::string text() {
        std::string text;
        in >> std::quoted(text);
        return text;
    }
};

// Writes a proxy's structures as JSON's values.
class Writer {
  public:
    Writer(std::ostream &out, struct soap *context) : out(out), context(context) {}

    void write(char *value) { write(static_cast<const char *>(value)); }

    void write(const char *value) {
        if (value) out << std::quoted(value);
        else out << "null";
    }

#define WRITE(name, type) \
    void write(type value) { write(soap_##name##2s(context, value)); }
    WRITE(int, int)
    WRITE(LONG64, LONG64)
    SCALARS(WRITE)

    template <class T>
    void write(T *value) {
        if (value) write(*value);
        else out << "null";
    }

    template <class T>
    void write(int size, T *items) {
        out << '[';
        for (int i = 0; i < size; ++i) {
            out << (i ? "," : "");
            write(items[i]);
        }
        out << ']';
    }

    template <class T>
    void write(T &structure) {
        Fields listed{*this};
        out << '{';
        fields(structure, listed);
        out << '}';
    }

    // The fault of the last call; the fields of its detail, which holds one exception, are among its own.
    void write_fault() {
        Fields listed{*this};
        out << '{';
        listed("faultcode", *soap_faultcode(context));
        listed("faultstring", *soap_faultstring(context));
        if (context->fault->detail) {
            Exception exception{listed};
            fields(*context->fault->detail, exception);
        }
        out << '}';
    }

  private:
    std::ostream &out;
    struct soap *context;

    struct Fields {
        Writer &writer;
        const char *separator = "";

        template <class... Value>
        void operator()(const char *name, Value &...value) {
            writer.out << separator << std::quoted(name) << ':';
            writer.write(value...);
            separator = ",";
        }
    };

    struct Exception {
        Fields &listed;

        template <class T>
        void operator()(const char *, T *exception) {
            if (exception) fields(*exception, listed);
        }
    };
};

template <class Request, class Answer>
void call(
    Proxy &proxy, int (Proxy::*operation)(const char *, const char *, Request *, Answer &), const char *action,
    Reader &question, Writer &said
) {
    Request *request = nullptr;
    Answer answer;
    question.read(request);
    if ((proxy.*operation)(nullptr, action, request, answer)) {
        std::cout << "{\"fault\":";
        said.write_fault();
    } else {
        std::cout << "{\"answer\":";
        said.write(answer);
    }
    std::cout << '}';
}

void show_operations(Writer &said) {
#define NAME(operation) #operation,
    const char *names[] = {OPERATIONS(NAME)};
    std::cout << "{\"operations\":";
    said.write(sizeof names / sizeof *names, names);
    std::cout << '}';
}

void respond(std::istream &line) {
    Proxy proxy(SOAP_C_UTFSTRING | (std::getenv("LENIENT") ? 0 : SOAP_XML_STRICT));
    Reader question(line, proxy.soap);
    Writer said(std::cout, proxy.soap);
    char *address = nullptr, *service = nullptr, *operation = nullptr, *action = nullptr;
    question.expect('[');
    for (char **each : {&address, &service, &operation, &action}) {
        question.read(*each);
        question.expect(',');
    }
    if (!operation) return show_operations(said);
    const std::string endpoint = std::string(address) + '/' + service + ".svc";
    proxy.soap_endpoint = endpoint.c_str();
#define CALL(name) \
    if (!std::strcmp(operation, #name)) return call(proxy, &Proxy::name, action, question, said);
    OPERATIONS(CALL)
    throw std::runtime_error(std::string("there is no operation ") + operation);
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream in(line);
        respond(in);
        std::cout << std::endl;
    }
}
